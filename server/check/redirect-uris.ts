import { randomBytes } from "node:crypto";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import { reasonsOf } from "../observe/log.ts";
import { authorizationUrl } from "../sign-in/code-flow.ts";
import { saidOfRefusal } from "../sign-in/issuer-error.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { refusalAt, refusalOn } from "./authorization-refusals.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

const timeoutMs = 4_000;

/**
 * Tests whether the issuer accepts our redirect URIs, with one authorization request each. `prompt=none` keeps it
 * from showing a page, and the redirect is not followed. RFC 6749 §4.1.2.1: an issuer redirects an error only to a
 * registered address. A response that shows neither is not a fault.
 */
export async function tryRedirectUris(
  party: RelyingParty,
  sites: readonly Site[],
  ownCallback: string | undefined,
): Promise<Finding[]> {
  if (party.provider.refusesRedirectUri) return [];
  const findings: Finding[] = [];
  // One after the other, because the issuer may limit simultaneous requests.
  for (const site of sites)
    findings.push(await tryRedirectUri(party, site, site.redirectUri(ownCallback)));
  return findings;
}

async function tryRedirectUri(
  party: RelyingParty,
  site: Site,
  redirectUri: string,
): Promise<Finding> {
  const [state, nonce, codeVerifier] = [random(), random(), random()];
  const stepUp = { maxAgeMs: undefined, acr: undefined };
  const request = { state, nonce, codeVerifier, stepUp };
  try {
    const url = new URL(await authorizationUrl(party, site, request, "none"));
    return await ask(party, url, redirectUri);
  } catch (error) {
    return pushFault(error, redirectUri);
  }
}

async function ask(party: RelyingParty, url: URL, redirectUri: string): Promise<Finding> {
  try {
    const response = await party.fetch(url.href, {
      headers: { Accept: "text/html" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    return await verdict(response, url, redirectUri);
  } catch (error) {
    return unknown(redirectUri, `${url.origin} does not answer this machine: ${reasonsOf(error)}`);
  }
}

/** If the issuer requires pushed requests (RFC 9126 §2), it reports the error there, and a sign-in cannot begin. */
function pushFault(error: unknown, redirectUri: string): Finding {
  const refusal = saidOfRefusal(error);
  if (refusal !== undefined && refusalOn(refusal, 400) === "redirect URI")
    return rejected(redirectUri);
  const quoted = refusal === undefined ? "" : `: ${JSON.stringify(refusal)}`;
  const isRefused = error instanceof AuthError && error.code === "client_rejected";
  return fault(`${reasonsOf(error)}${quoted}${isRefused ? compare : ""}`);
}

const compare = ": compare the client's id, secret or key, and scopes with the registration there";

function random(): string {
  return randomBytes(32).toString("base64url");
}

async function verdict(response: Response, asked: URL, redirectUri: string): Promise<Finding> {
  const location = locationOf(response, asked);
  if (location !== undefined && isSame(location, new URL(redirectUri)))
    return accepted(redirectUri, location.searchParams);
  const refusal =
    location === undefined
      ? refusalOn(await response.text(), response.status)
      : refusalAt(location);
  if (refusal === "redirect URI") return rejected(redirectUri);
  if (refusal === "client") {
    const { origin } = asked;
    return fault(
      `clientId: ${origin} does not know this client: copy its id from the registration there`,
    );
  }
  const place = location === undefined ? "" : ` and ${location.origin}${location.pathname}`;
  return unknown(redirectUri, `it answers with ${response.status}${place}`);
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

function accepted(redirectUri: string, answer: URLSearchParams): Finding {
  const error = answer.get("error");
  if (error === null || expected.has(error)) return ok(`the issuer accepts ${redirectUri}`);
  const reason = JSON.stringify(
    [error, answer.get("error_description") ?? ""].join(" ").slice(0, 300),
  );
  return warning(`the issuer accepts ${redirectUri}, but answers our request with ${reason}`);
}

function rejected(redirectUri: string): Finding {
  return fault(
    `the issuer does not accept the redirect URI ${redirectUri}: register exactly this URI`,
  );
}

function unknown(redirectUri: string, why: string): Finding {
  return ok(`whether the issuer accepts ${redirectUri} shows only at a sign-in: ${why}`);
}
