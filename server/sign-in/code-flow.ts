import { hash } from "node:crypto";
import { authorizationCodeGrant } from "openid-client";
import { text, type Claims } from "../../providers/claims.ts";
import type { StepUp } from "../identity/step-up.ts";
import type { Identity } from "../identity/identity.ts";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import { longestLocation } from "../http/response.ts";
import { askIdentity } from "./ask-identity.ts";
import { checkIdToken } from "./id-token.ts";
import { exchangeError } from "./issuer-error.ts";
import type { RelyingParty } from "./relying-party.ts";
import { offlineParameters, scopeOf } from "./requested-scope.ts";
import { metadataOf } from "./server-metadata.ts";
import { tokensOf, tokenTypeFault, type Tokens } from "./token-endpoint.ts";
import type { Transaction } from "./transaction.ts";

/** The result of a sign-in: the identity, and the tokens to renew it with. */
export interface SignedIn {
  readonly identity: Identity;
  readonly tokens: Tokens;
  /** The session at the issuer (OpenID Connect Back-Channel Logout 1.0 §2.1), if the ID token has it. */
  readonly sid: string | undefined;
}

/** What a sign-in may ask of the issuer (OpenID Connect Core §3.1.2.1). */
interface AuthorizationWish {
  readonly prompt?: string | undefined;
  readonly loginHint?: string | undefined;
}

/** The authorization request (RFC 6749 §4.1.1): code, state, and where supported PKCE S256 and a nonce. */
export async function authorizationUrl(
  party: RelyingParty,
  site: Site,
  {
    state,
    nonce,
    codeVerifier,
    stepUp,
  }: Pick<Transaction, "state" | "nonce" | "codeVerifier" | "stepUp">,
  { prompt, loginHint }: AuthorizationWish = {},
): Promise<string> {
  const configuration = await party.discover();
  const metadata = metadataOf(configuration);
  const { isOAuthOnly, isTiedByStateAlone } = party.provider;
  const authorization = {
    ...party.provider.authorization,
    ...offlineParameters(party),
    ...party.settings.authorization,
  };
  const { responseMode } = party.provider;
  const url = await party.buildSignInUrl(configuration, {
    ...authorization,
    ...promptParameter(authorization.prompt, prompt),
    ...maxAgeParameter(authorization.max_age, stepUp),
    ...(loginHint !== undefined && { login_hint: loginHint }),
    ...(stepUp.acr !== undefined && { acr_values: stepUp.acr.join(" ") }),
    response_type: "code",
    ...(responseMode !== undefined && { response_mode: responseMode }),
    ...(!party.provider.refusesRedirectUri && {
      redirect_uri: site.redirectUri(party.ownCallback(metadata)),
    }),
    ...scopeParameter(scopeOf(party, metadata)),
    state,
    ...(!isOAuthOnly && !isTiedByStateAlone && { nonce }),
    ...(!isTiedByStateAlone && {
      code_challenge: hash("sha256", codeVerifier, "base64url"), // RFC 7636 §4.2
      code_challenge_method: "S256",
    }),
  });
  if (url.href.length <= longestLocation) return url.href;
  throw new AuthError(
    "client_rejected",
    `the authorization request to ${party.issuer} has ${url.href.length} characters, more than ${longestLocation}: shorten scope or authorization of the provider ${party.name}`,
  );
}

/** Core §3.1.2.1: the requested prompt is added to the configured one, except `none`, which must be the only value. */
function promptParameter(written = "", asked: string | undefined): { prompt?: string } {
  if (asked === "none") return { prompt: asked };
  const prompts = new Set(`${asked ?? ""} ${written}`.split(" ").filter(Boolean));
  if (asked !== undefined) prompts.delete("none");
  return prompts.size === 0 ? {} : { prompt: [...prompts].join(" ") };
}

/** RFC 6749 §3.3: a scope is never empty; Nextcloud uses none. */
function scopeParameter(scope: string): { scope?: string } {
  return scope === "" ? {} : { scope };
}

/** The stricter of the configured `max_age` and the one that a rule requires. */
function maxAgeParameter(written: string | undefined, { maxAgeMs }: StepUp): { max_age?: string } {
  const asked = [
    written === undefined ? [] : Number(written),
    maxAgeMs === undefined ? [] : Math.floor(maxAgeMs / 1000),
  ].flat();
  return asked.length === 0 ? {} : { max_age: String(Math.min(...asked)) };
}

/** An issuer's response as it arrived at our callback. */
export interface CallbackAnswer {
  readonly query: URLSearchParams;
  /** The provider whose own callback received it; undefined = the common callback. */
  readonly arrivedAt: string | undefined;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/**
 * Validates the issuer's response and exchanges its code for an identity. State, `iss` and the callback are checked
 * before the code is sent; signature, audience, times and nonce before any claim is used.
 */
export async function exchangeCode(
  party: RelyingParty,
  site: Site,
  { state, nonce, codeVerifier }: Transaction,
  { query, arrivedAt, receivedAt }: CallbackAnswer,
): Promise<SignedIn> {
  const configuration = await party.discover();
  const expected = party.ownCallback(metadataOf(configuration));
  if (arrivedAt !== expected) {
    throw new AuthError("response_rejected", "the response arrived at another provider's callback");
  }
  // openid-client takes `redirect_uri` from this URL, so it is built from the configuration alone.
  const currentUrl = new URL(`${site.redirectUri(expected)}?${query}`);
  // openid-client knows a templated issuer only by its template; the callback has already checked `iss`.
  const iss = query.get("iss");
  if (iss !== null) currentUrl.searchParams.set("iss", metadataOf(configuration).issuer);
  const { isOAuthOnly = false, isTiedByStateAlone = false } = party.provider;
  try {
    const answer = await authorizationCodeGrant(configuration, currentUrl, {
      expectedState: state,
      ...(!isTiedByStateAlone && { pkceCodeVerifier: codeVerifier }),
      ...(!isOAuthOnly && !isTiedByStateAlone && { expectedNonce: nonce }),
      ...(!isOAuthOnly && { idTokenExpected: true, ...maxAgeOf(party) }),
    });
    const fault = tokenTypeFault(answer);
    if (fault !== undefined) throw new AuthError("response_rejected", fault);
    const received = tokensOf(answer, receivedAt);
    const tokens = isOAuthOnly ? { ...received, idToken: undefined } : received;
    const idToken = isOAuthOnly ? undefined : await verifiedIdToken(party, tokens, iss);
    const { accessToken } = tokens;
    const identity = await askIdentity(party, configuration, { accessToken, idToken });
    return { identity, tokens, sid: text(idToken?.sid) };
  } catch (error) {
    throw exchangeError(error, `the code exchange at ${party.issuer} failed`);
  }
}

/** openid-client has checked the nonce and the claims, but not the signature. */
async function verifiedIdToken(
  party: RelyingParty,
  { idToken, accessToken }: Tokens,
  iss: string | null,
): Promise<Claims> {
  if (idToken === undefined)
    throw new AuthError("response_rejected", "the token response contains no ID token");
  const checked = await checkIdToken(idToken, accessToken, party);
  if ("fault" in checked)
    throw new AuthError("response_rejected", checked.fault, { cause: checked.cause });
  const { claims } = checked;
  if (iss !== null && iss !== claims.iss) {
    throw new AuthError(
      "response_rejected",
      `the response has iss ${iss}, but its ID token has iss ${claims.iss}`,
    );
  }
  return claims;
}

/** OpenID Connect Core §3.1.2.1: a client that sends `max_age` must check `auth_time`. */
function maxAgeOf({ settings }: RelyingParty): { maxAge?: number } {
  const written = settings.authorization.max_age;
  return written === undefined ? {} : { maxAge: Number(written) };
}
