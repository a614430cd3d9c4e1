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

/** How an issuer can be asked again about somebody; undefined = not at all, and the session lives its lifetime. */
export type RenewalWay = "refresh token" | "access token" | "directory" | undefined;

export function renewalWay(party: RelyingParty, tokens: Tokens, now: number): RenewalWay {
  if (tokens.refreshToken !== undefined) return "refresh token";
  if (party.settings.directory !== undefined) return "directory";
  if (party.provider.hasUserinfo === false) return undefined;
  const { accessTokenExpiresAt: end } = tokens;
  // Of an OAuth 2.0 API's token without an end; an OpenID Connect issuer's is short-lived, said or not.
  if (end === undefined) return party.provider.isOAuthOnly ? "access token" : undefined;
  return now < end ? "access token" : undefined;
}

/**
 * Trades the refresh token for the next tokens (RFC 6749 §6). They must be stored before anything else is done
 * with them, for the old one may be spent. Throws "grant_ended" when the issuer says no for good or speaks of
 * somebody else, and whatever passes ("issuer_unreachable", "issuer_broken", "client_rejected").
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

/** Who it is now. Throws as `refreshTokens` does. */
export async function askAgain(
  party: RelyingParty,
  identity: Identity,
  tokens: Tokens,
  isNewIdToken: boolean,
  now: number,
): Promise<Identity> {
  const { accessToken, accessTokenExpiresAt = Number.POSITIVE_INFINITY, idToken: written } = tokens;
  // It was checked when it came, and has been sealed since.
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
      throw new AuthError("grant_ended", "the access token is taken no more", { cause: error });
    }
    throw renewalError(error, party);
  }
}

/** OpenID Connect Core §12.2: nobody has signed in again, so when and how they did stays as it was. */
function signInClaims({ claims }: Identity): Claims {
  const { acr, amr, auth_time: authTime } = claims;
  return { acr, amr, auth_time: authTime };
}

/** RFC 6750 §3.1: taken back before its time, or its owner was. Some say so by the bare status. */
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
  return new AuthError("grant_ended", `the issuer answers with another ${what}`);
}

function renewalError(error: unknown, party: RelyingParty): AuthError {
  const message = `${party.issuer} could not be asked again`;
  const coded = exchangeError(error, message);
  if (coded.code !== "response_rejected") return coded;
  // A spent or revoked token, or an answer that fails a check: either way nobody vouches for the session now.
  return new AuthError("grant_ended", message, { cause: error });
}
