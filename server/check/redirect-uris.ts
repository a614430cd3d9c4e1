import { randomBytes } from "node:crypto";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import { reasonsOf } from "../observe/log.ts";
import { authorizationUrl } from "../sign-in/code-flow.ts";
import { saidOfRefusal } from "../sign-in/issuer-error.ts";
import { buildPlainUrl, createPushedUrlBuilder } from "../sign-in/pushed-request.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { refusalOn } from "./authorization-refusals.ts";
import { redirectUriFault, verdictOn, type Verdict } from "./authorization-verdict.ts";
import { fault, unknown, warning, type Finding } from "./finding.ts";

const timeoutMs = 4_000;

/** How the issuer takes authorization requests: whether it supports and requires pushed ones (RFC 9126). */
interface Pushing {
  readonly isOffered: boolean;
  readonly isRequired: boolean;
}

/**
 * Tests whether the issuer accepts our redirect URIs, with one authorization request each. `prompt=none` keeps it
 * from showing a page, and the redirect is not followed. RFC 6749 §4.1.2.1: an issuer redirects an error only to a
 * registered address.
 */
export async function tryRedirectUris(
  party: RelyingParty,
  sites: readonly Site[],
  ownCallback: string | undefined,
  pushing: Pushing,
): Promise<Verdict[]> {
  if (party.provider.refusesRedirectUri) return [];
  const verdicts: Verdict[] = [];
  // One after the other, because the issuer may limit simultaneous requests.
  for (const site of sites)
    verdicts.push(...(await tryRedirectUri(party, site, site.redirectUri(ownCallback), pushing)));
  return verdicts;
}

async function tryRedirectUri(
  party: RelyingParty,
  site: Site,
  redirectUri: string,
  { isOffered, isRequired }: Pushing,
): Promise<Verdict[]> {
  const pushed = isOffered ? await push(party, site, redirectUri, isRequired) : undefined;
  if (pushed instanceof URL) return [await ask(party, pushed, redirectUri)];
  if (pushed !== undefined && isRequired) return [pushed];
  const url = await urlOf({ ...party, buildSignInUrl: buildPlainUrl }, site).catch(reasonsOf);
  if (typeof url === "string") return [{ about: "request", finding: fault(url) }];
  const plain = await ask(party, url, redirectUri);
  if (pushed === undefined) return [plain];
  // Both have the same cause: a fault of the plain request is the more precise one, and a warning is about the missing push.
  switch (plain.finding.level) {
    case "fault":
      return [plain];
    case "warning":
      return [pushed];
    default:
      return [plain, pushed];
  }
}

async function urlOf(party: RelyingParty, site: Site): Promise<URL> {
  const [state, nonce, codeVerifier] = [random(), random(), random()];
  const stepUp = { maxAgeMs: undefined, acr: undefined };
  return new URL(
    await authorizationUrl(party, site, { state, nonce, codeVerifier, stepUp }, { prompt: "none" }),
  );
}

function random(): string {
  return randomBytes(32).toString("base64url");
}

async function ask(party: RelyingParty, url: URL, redirectUri: string): Promise<Verdict> {
  try {
    const response = await party.fetch(url.href, {
      headers: { Accept: "text/html" },
      signal: AbortSignal.timeout(timeoutMs),
    });
    return await verdictOn(response, { url, redirectUri });
  } catch (error) {
    const reason = `${url.origin} does not answer this machine: ${reasonsOf(error)}`;
    return {
      about: "redirect URI",
      finding: unknown(`not known whether the issuer accepts ${redirectUri}: ${reason}`),
    };
  }
}

/** The URL with the pushed request, or why the issuer did not take it. */
async function push(
  party: RelyingParty,
  site: Site,
  redirectUri: string,
  isRequired: boolean,
): Promise<URL | Verdict> {
  try {
    return await urlOf({ ...party, buildSignInUrl: createPushedUrlBuilder(party.issuer) }, site);
  } catch (error) {
    const finding = pushFinding(error, party.issuer, redirectUri, isRequired);
    return { about: "pushed request", finding };
  }
}

/** If the issuer requires pushed requests, a sign-in cannot begin; if it rejects our client, none can end. */
function pushFinding(
  error: unknown,
  issuer: string,
  redirectUri: string,
  isRequired: boolean,
): Finding {
  const refusal = saidOfRefusal(error);
  if (refusal !== undefined && refusalOn(refusal, 400) === "redirect URI")
    return redirectUriFault(redirectUri);
  const text =
    refusal === undefined
      ? reasonsOf(error)
      : `the pushed authorization request (PAR) to ${issuer} failed: ${JSON.stringify(refusal)}`;
  if (error instanceof AuthError && error.code === "client_rejected")
    return fault(
      `${text}: compare the client's id, secret or key, and scopes with the registration there`,
    );
  return isRequired
    ? fault(text)
    : warning(`${text}: each sign-in falls back to a plain authorization request`);
}
