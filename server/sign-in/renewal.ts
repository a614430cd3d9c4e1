import { decodeJwt } from "jose";
import { ClientError, refreshTokenGrant, WWWAuthenticateChallengeError } from "openid-client";
import { ApiError } from "../../providers/api.ts";
import type { Claims } from "../../providers/claims.ts";
import type { Identity } from "../identity/identity.ts";
import { AuthError } from "../errors.ts";
import { askIdentity } from "./ask-identity.ts";
import { checkIdToken } from "./id-token.ts";
import { exchangeError } from "./issuer-error.ts";
import type { RelyingParty } from "./relying-party.ts";
import { tokensOf, type Tokens } from "./token-endpoint.ts";

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

/**
 * Exchanges the refresh token for new tokens (RFC 6749 §6). The caller stores them before anything else, because the
 * old refresh token may no longer work. Throws "grant_ended" if the issuer rejects the grant or returns another
 * subject, and transient errors ("issuer_unreachable", "issuer_broken", "client_rejected").
 */
export async function refreshTokens(
  party: RelyingParty,
  identity: Identity,
  tokens: Tokens,
  now: number,
): Promise<Tokens> {
  try {
    const configuration = await party.discover(true);
    const answer = await refreshTokenGrant(configuration, tokens.refreshToken ?? "");
    const claims = answer.claims();
    const next = tokensOf(answer, now);
    if (claims !== undefined && next.idToken !== undefined) {
      if (claims.sub !== identity.subject) throw changed("subject");
      if (claims.iss !== identity.issuer) throw changed("issuer");
      checkIdToken(claims, next.idToken, next.accessToken, party);
    }
    return {
      ...next,
      refreshToken: next.refreshToken ?? tokens.refreshToken,
      idToken: next.idToken ?? tokens.idToken,
    };
  } catch (error) {
    throw renewalError(error, party);
  }
}

/** The current identity. Throws the same errors as `refreshTokens`. */
export async function askAgain(
  party: RelyingParty,
  identity: Identity,
  tokens: Tokens,
  isNewIdToken: boolean,
  now: number,
): Promise<Identity> {
  const { accessToken, accessTokenExpiresAt = Number.POSITIVE_INFINITY, idToken: written } = tokens;
  // It was validated when it was received, and has been stored sealed since.
  const idToken: Claims | undefined = written === undefined ? undefined : decodeJwt(written);
  try {
    const next = await askIdentity(party, await party.discover(true), {
      accessToken: now < accessTokenExpiresAt ? accessToken : undefined,
      idToken,
      isOld: !isNewIdToken,
    });
    if (next.subject !== identity.subject) throw changed("subject");
    if (next.issuer !== identity.issuer) throw changed("issuer");
    if (next.groupsFault?.isTransient) {
      throw new AuthError("issuer_unreachable", next.groupsFault.reason);
    }
    return { ...next, claims: { ...next.claims, ...signInClaims(identity) } };
  } catch (error) {
    if (isTokenRefused(error)) {
      throw new AuthError("grant_ended", "the issuer no longer accepts the access token", {
        cause: error,
      });
    }
    throw renewalError(error, party);
  }
}

/** OpenID Connect Core §12.2: a renewal is not a new sign-in, so its time and method stay unchanged. */
function signInClaims({ claims }: Identity): Claims {
  const { acr, amr, auth_time: authTime } = claims;
  return { acr, amr, auth_time: authTime };
}

/** RFC 6750 §3.1: the token or its owner's account was revoked. Some issuers send only the status. */
function isTokenRefused(error: unknown): boolean {
  if (error instanceof ClientError && error.cause instanceof Response) {
    const { status } = error.cause;
    return status >= 400 && status < 500 && status !== 408 && status !== 429;
  }
  return (
    error instanceof WWWAuthenticateChallengeError ||
    (error instanceof ApiError && !error.isTransient)
  );
}

function changed(what: string): AuthError {
  return new AuthError("grant_ended", `the issuer returned another ${what}`);
}

function renewalError(error: unknown, party: RelyingParty): AuthError {
  const message = `renewal at ${party.issuer} failed`;
  const coded = exchangeError(error, message);
  if (coded.code !== "response_rejected") return coded;
  // A used or revoked token, or a response that fails a check: the issuer no longer confirms the session.
  return new AuthError("grant_ended", message, { cause: error });
}
