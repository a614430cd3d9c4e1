import { randomBytes } from "node:crypto";
import { reasonsOf } from "../observe/log.ts";
import { checkMetadata, signOutNeeds } from "../sign-in/metadata.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import { fault, ok, unknown, warning, type Finding } from "./finding.ts";
import type { OfferingSites } from "./offering-sites.ts";

type Metadata = Parameters<typeof checkMetadata>[1];

const timeoutMs = 4_000;

/**
 * Tests whether the issuer accepts our post-logout redirect URIs (OpenID Connect RP-Initiated Logout 1.0 §2), with
 * requests without a cookie and without an ID token, so that no session ends.
 */
export async function trySignOut(
  party: RelyingParty,
  { sites, open }: OfferingSites,
  metadata: Metadata,
): Promise<Finding[]> {
  if (metadata.end_session_endpoint === undefined)
    return [
      warning(
        "`signOut: issuer` has no effect, because the issuer has no end_session_endpoint: visitors stay signed in there; set `endpoints.endSession` if it has one",
      ),
    ];
  try {
    checkMetadata(party.place, metadata, signOutNeeds, party.settings.endpoints);
  } catch (error) {
    return [fault(reasonsOf(error))];
  }
  const findings = open.map(({ name }) =>
    unknown(
      `not known whether the issuer accepts ${name.replace(/\/$/, "")}/sign_out as post-logout redirect URI of every host: register each in full`,
    ),
  );
  for (const site of sites)
    findings.push(await tryUri(party, metadata.end_session_endpoint, site.address("sign_out")));
  return findings;
}

async function tryUri(party: RelyingParty, endpoint: string, uri: string): Promise<Finding> {
  const notKnown = `not known whether the issuer accepts the post-logout redirect URI ${uri}`;
  try {
    const ours = await ask(party, endpoint, uri);
    // A request without a URI, and one with a URI that is not registered, show whether the answer depends on the URI.
    if (ours.isRefused) {
      const without = await ask(party, endpoint, undefined);
      return without.isRefused || ours.names("id_token_hint")
        ? unknown(`${notKnown}: it answers ${ours.status} without an ID token`)
        : fault(
            `the issuer does not accept the post-logout redirect URI ${uri}: register exactly this URI (Keycloak: Valid post logout redirect URIs)`,
          );
    }
    const other = await ask(party, endpoint, `${uri}-${randomBytes(8).toString("hex")}`);
    return ours.isTaken && other.isRefused
      ? ok(`the issuer accepts the post-logout redirect URI ${uri}`)
      : unknown(
          `${notKnown}: it answers ${ours.status}, and ${other.status} to another URI; register exactly this one`,
        );
  } catch (error) {
    return unknown(`${notKnown}: ${reasonsOf(error)}`);
  }
}

async function ask({ fetch, settings }: RelyingParty, endpoint: string, uri: string | undefined) {
  const url = new URL(endpoint);
  url.searchParams.set("client_id", settings.clientId);
  url.searchParams.set("state", randomBytes(16).toString("hex"));
  if (uri !== undefined) url.searchParams.set("post_logout_redirect_uri", uri);
  const response = await fetch(url.href, {
    headers: { Accept: "text/html" },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const page = await response.text();
  return {
    status: response.status,
    isTaken: response.status < 400,
    // 429 is about the number of requests.
    isRefused: response.status >= 400 && response.status < 500 && response.status !== 429,
    names: (word: string) => page.includes(word),
  };
}
