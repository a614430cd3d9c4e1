import { decodeJwt } from "jose";
import { ClientError, refreshTokenGrant, WWWAuthenticateChallengeError } from "openid-client";
import { ApiError } from "../../providers/api.ts";
import type { Claims } from "../../providers/claims.ts";
import type { Identity } from "../identity/identity.ts";
import { AuthError } from "../errors.ts";
import { isForeignToken } from "./access-token.ts";
import { askIdentity } from "./ask-identity.ts";
import { checkIdToken } from "./id-token.ts";
import { exchangeError, isGrantRefused, isOtherSubject } from "./issuer-error.ts";
import { withNote } from "./issuer-words.ts";
import type { RelyingParty } from "./relying-party.ts";
import {
  refreshTokenIn,
  renewedIdTokenIn,
  tokensOf,
  tokenTypeFault,
  type Tokens,
} from "./token-endpoint.ts";

/** The response to a refresh token. */
export interface RefreshAnswer {
  /** The new tokens, with the earlier ID token. */
  readonly tokens: Tokens;
  /** The new ID token, unverified. */
  readonly idToken: string | undefined;
  /** Why only the refresh token in the response can be used. */
  readonly failure: AuthError | undefined;
}

/**
 * Exchanges the refresh token for new tokens (RFC 6749 §6). The caller stores them before anything else, because the
 * old refresh token may no longer work. Throws "grant_ended" if the issuer refuses the grant, and transient errors
 * ("issuer_unreachable", "issuer_broken", "client_rejected").
 */
export async function refreshTokens(
  party: RelyingParty,
  tokens: Tokens,
  now: number,
): Promise<RefreshAnswer> {
  const { refreshToken, idToken } = tokens;
  try {
    const configuration = await party.discover(true);
    const answer = await refreshTokenGrant(configuration, refreshToken ?? "");
    const next = tokensOf(answer, now);
    const fault = tokenTypeFault(answer);
    return {
      tokens: { ...next, refreshToken: next.refreshToken ?? refreshToken, idToken },
      idToken: party.provider.isOAuthOnly ? undefined : renewedIdTokenIn(answer),
      failure: fault === undefined ? undefined : new AuthError("issuer_broken", fault),
    };
  } catch (error) {
    const failure = renewalError(error, party);
    const next = refreshTokenIn(error);
    if (next === undefined) throw failure;
    return { tokens: { ...tokens, refreshToken: next }, idToken: undefined, failure };
  }
}

/** The tokens of a verified response. Throws "grant_ended" for another subject or client, and transient errors. */
export async function verifiedTokens(
  party: RelyingParty,
  identity: Identity,
  { tokens, idToken, failure }: RefreshAnswer,
): Promise<Tokens> {
  if (failure !== undefined) throw failure;
  if (idToken === undefined) return tokens;
  const checked = await checkIdToken(idToken, tokens.accessToken, party);
  if ("fault" in checked) {
    const { fault, isForeign, cause } = checked;
    throw new AuthError(isForeign ? "grant_ended" : "issuer_broken", fault, { cause });
  }
  if (checked.claims.sub !== identity.subject) throw changed("subject");
  if (checked.claims.iss !== identity.issuer) throw changed("issuer");
  return { ...tokens, idToken };
}

/** The current identity. Throws the same errors as `verifiedTokens`. */
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
        cause: withNote(error),
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
  if (error instanceof ApiError) return !error.isTransient;
  const { status = 0 } = responseIn(error) ?? {};
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function responseIn(error: unknown): Response | undefined {
  if (error instanceof WWWAuthenticateChallengeError) return error.response;
  return error instanceof ClientError && error.cause instanceof Response ? error.cause : undefined;
}

function changed(what: string): AuthError {
  return new AuthError("grant_ended", `the issuer returned another ${what}`);
}

/** A refused grant and another issuer, subject or client end a session; every other failure is transient. */
function renewalError(error: unknown, party: RelyingParty): AuthError {
  const message = `renewal at ${party.issuer} failed`;
  if (isGrantRefused(error) || isOtherSubject(error) || isForeignToken(error))
    return new AuthError("grant_ended", message, { cause: withNote(error) });
  const coded = exchangeError(error, message);
  if (coded.code !== "response_rejected") return coded;
  return new AuthError("issuer_broken", coded.message, { cause: coded.cause });
}
