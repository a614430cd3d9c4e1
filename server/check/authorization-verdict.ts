import { refusalAt, refusalOn } from "./authorization-refusals.ts";
import { fault, ok, unknown, warning, type Finding } from "./finding.ts";

/** What an authorization request shows. */
export interface Verdict {
  /** "client" = it names the fault of our client more precisely than the token endpoint does. */
  readonly about: "client" | "pushed request" | "request" | "redirect URI";
  readonly finding: Finding;
}

/** An authorization request that was sent. */
export interface Asked {
  readonly url: URL;
  readonly redirectUri: string;
}

/** What the response of an authorization endpoint shows about our client. */
export async function verdictOn(response: Response, { url, redirectUri }: Asked): Promise<Verdict> {
  const location = locationOf(response, url);
  if (location !== undefined && isSame(location, new URL(redirectUri)))
    return answered(redirectUri, location.searchParams);
  const refusal =
    location === undefined
      ? refusalOn(await response.text(), response.status)
      : refusalAt(location);
  if (refusal === "redirect URI")
    return { about: "redirect URI", finding: redirectUriFault(redirectUri) };
  if (refusal !== undefined) return { about: "client", finding: clientFault(url, refusal) };
  const place = location === undefined ? "" : ` and ${location.origin}${location.pathname}`;
  const why = `it answers a request without a visitor with ${response.status}${place}; a sign-in shows it`;
  return {
    about: "redirect URI",
    finding: unknown(`not known whether the issuer accepts ${redirectUri}: ${why}`),
  };
}

function clientFault({ origin }: URL, refusal: "client" | "disabled client"): Finding {
  return fault(
    refusal === "client"
      ? `clientId: ${origin} does not know this client: copy its id from the registration there`
      : `clientId: this client is disabled at ${origin}: enable it there`,
  );
}

function locationOf({ headers }: Response, asked: URL): URL | undefined {
  const written = headers.get("location");
  return written === null ? undefined : (URL.parse(written, asked.href) ?? undefined);
}

function isSame(one: URL, other: URL): boolean {
  return one.origin === other.origin && one.pathname === other.pathname;
}

/** OpenID Connect Core §3.1.2.6: the errors of an issuer that would have to show a page. */
const expected = new Set([
  "login_required",
  "interaction_required",
  "consent_required",
  "account_selection_required",
]);

/** RFC 6749 §4.1.2.1: the errors that every sign-in would get, and their fixes. */
const fixes: Readonly<Record<string, string>> = {
  invalid_scope:
    "remove the scopes that it does not know from `scope`, or assign them to the client there",
  unauthorized_client:
    "enable the authorization code flow in the registration there (Keycloak: Standard flow)",
  unsupported_response_type: "enable the authorization code flow in the registration there",
};

function answered(redirectUri: string, answer: URLSearchParams): Verdict {
  const error = answer.get("error");
  if (error === null || expected.has(error))
    return { about: "redirect URI", finding: ok(`the issuer accepts ${redirectUri}`) };
  const words = [error, answer.get("error_description") ?? ""].join(" ").trim().slice(0, 300);
  const fix = Object.hasOwn(fixes, error) ? fixes[error] : undefined;
  const said = `answers our authorization request with ${JSON.stringify(words)}`;
  return {
    about: "request",
    finding:
      fix === undefined
        ? warning(`the issuer accepts ${redirectUri}, but ${said}`)
        : fault(`the issuer ${said}: ${fix}`),
  };
}

export function redirectUriFault(redirectUri: string): Finding {
  return fault(
    `the issuer does not accept the redirect URI ${redirectUri}: register exactly this URI`,
  );
}
