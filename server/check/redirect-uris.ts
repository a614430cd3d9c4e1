import { randomBytes } from "node:crypto";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import { reasonsOf } from "../observe/log.ts";
import { authorizationUrl } from "../sign-in/code-flow.ts";
import { saidOfRefusal } from "../sign-in/issuer-error.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { refusalAt, refusalOn } from "./authorization-refusals.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

const patienceMs = 4_000;

/**
 * Whether the issuer takes our redirect URIs, by an authorization request for each that asks nobody anything
 * (`prompt=none`) and that nobody follows. RFC 6749 §4.1.2.1: only to an address that it takes will an issuer
 * send its refusal. Where the answer shows neither, it is no fault.
 */
export async function tryRedirectUris(
  party: RelyingParty,
  sites: readonly Site[],
  ownCallback: string | undefined,
): Promise<Finding[]> {
  if (party.provider.refusesRedirectUri) return [];
  const findings: Finding[] = [];
  // One after the other: many at once would be a crowd to the issuer, and be turned away as one.
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
      signal: AbortSignal.timeout(patienceMs),
    });
    return await verdict(response, url, redirectUri);
  } catch (error) {
    return untold(redirectUri, `${url.origin} does not answer this machine: ${reasonsOf(error)}`);
  }
}

/** Where requests have to be pushed (RFC 9126 §2), this is already said there, and a sign-in could not begin. */
function pushFault(error: unknown, redirectUri: string): Finding {
  const said = saidOfRefusal(error);
  if (said !== undefined && refusalOn(said, 400) === "redirect URI") return notTaken(redirectUri);
  const quoted = said === undefined ? "" : `: ${JSON.stringify(said)}`;
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
    return taken(redirectUri, location.searchParams);
  const refusal =
    location === undefined
      ? refusalOn(await response.text(), response.status)
      : refusalAt(location);
  if (refusal === "redirect URI") return notTaken(redirectUri);
  if (refusal === "client") {
    const { origin } = asked;
    return fault(
      `clientId: ${origin} knows no such client: copy its id from the registration there`,
    );
  }
  const place = location === undefined ? "" : ` and ${location.origin}${location.pathname}`;
  return untold(redirectUri, `it answers with ${response.status}${place}`);
}

function locationOf({ headers }: Response, asked: URL): URL | undefined {
  const written = headers.get("location");
  return written === null ? undefined : (URL.parse(written, asked.href) ?? undefined);
}

function isSame(one: URL, other: URL): boolean {
  return one.origin === other.origin && one.pathname === other.pathname;
}

/** OpenID Connect Core §3.1.2.6: what an issuer has to answer when it would have had to ask somebody. */
const expected = new Set([
  "login_required",
  "interaction_required",
  "consent_required",
  "account_selection_required",
]);

function taken(redirectUri: string, answer: URLSearchParams): Finding {
  const error = answer.get("error");
  if (error === null || expected.has(error)) return ok(`the issuer takes ${redirectUri}`);
  const said = JSON.stringify(
    [error, answer.get("error_description") ?? ""].join(" ").slice(0, 300),
  );
  return warning(`the issuer takes ${redirectUri}, but answers our request with ${said}`);
}

function notTaken(redirectUri: string): Finding {
  return fault(`the issuer does not take the redirect URI ${redirectUri}: register just that`);
}

function untold(redirectUri: string, why: string): Finding {
  return ok(`whether the issuer takes ${redirectUri} shows at a sign-in only: ${why}`);
}
