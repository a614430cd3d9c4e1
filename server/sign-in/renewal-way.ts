import type { RelyingParty } from "./relying-party.ts";
import type { Tokens } from "./token-endpoint.ts";

/** How a session is renewed at the issuer; undefined = not at all: the session lasts for its lifetime. */
export type RenewalWay = "refresh token" | "access token" | "directory" | undefined;

export function renewalWay(party: RelyingParty, tokens: Tokens, now: number): RenewalWay {
  if (tokens.refreshToken !== undefined) return "refresh token";
  if (party.settings.directory !== undefined) return "directory";
  if (party.provider.hasUserinfo === false) return undefined;
  const { accessTokenExpiresAt: end } = tokens;
  // Without expires_in, an OAuth 2.0 API's token does not expire; an OpenID Connect issuer's is short-lived anyway.
  if (end === undefined) return party.provider.isOAuthOnly ? "access token" : undefined;
  return now < end ? "access token" : undefined;
}
