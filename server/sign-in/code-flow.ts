import { createHash } from "node:crypto";
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  type Configuration,
  type IDToken,
} from "openid-client";
import type { Claims } from "../../providers/provider.ts";
import { claimAt, text } from "../../providers/claims.ts";
import type { StepUp } from "../access/step-up.ts";
import type { Identity } from "../access/identity.ts";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import { identityOf } from "./identity-of.ts";
import { exchangeError } from "./issuer-error.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { Transaction } from "./transaction.ts";

/** What a finished sign-in gives: who it is, and the tokens that headers may pass on. */
export interface SignedIn {
  readonly identity: Identity;
  readonly accessToken: string;
  readonly idToken: string;
}

/** The authorization request (RFC 6749 §4.1.1): code, PKCE S256, state and nonce, always. */
export async function authorizationUrl(
  party: RelyingParty,
  site: Site,
  { state, nonce, codeVerifier, stepUp }: Transaction,
  prompt: string | undefined,
): Promise<string> {
  const configuration = await party.discover();
  const { authorization, scope } = party.settings;
  return buildAuthorizationUrl(configuration, {
    ...authorization,
    ...(prompt !== undefined && { prompt }),
    ...maxAgeParameter(authorization.max_age, stepUp),
    ...(stepUp.acr !== undefined && { acr_values: stepUp.acr.join(" ") }),
    response_type: "code",
    redirect_uri: site.redirectUri(party.ownCallback(configuration.serverMetadata())),
    scope: scope ?? party.provider.scope,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
  }).href;
}

/** The stricter of what the operator asks of every sign-in and a rule of this one. */
function maxAgeParameter(written: string | undefined, { maxAgeMs }: StepUp): { max_age?: string } {
  const asked = [
    written === undefined ? [] : Number(written),
    maxAgeMs === undefined ? [] : Math.floor(maxAgeMs / 1000),
  ].flat();
  return asked.length === 0 ? {} : { max_age: String(Math.min(...asked)) };
}

/** An issuer's answer as it came to our callback. */
export interface CallbackAnswer {
  readonly query: URLSearchParams;
  /** The provider whose own callback it came to; undefined = the common one. */
  readonly arrivedAt: string | undefined;
}

/**
 * Checks the issuer's answer and trades its code for an identity. State, `iss` and the callback are
 * checked before the code leaves us; signature, audience, times and nonce before any claim is believed.
 */
export async function exchangeCode(
  party: RelyingParty,
  site: Site,
  { state, nonce, codeVerifier }: Transaction,
  { query, arrivedAt }: CallbackAnswer,
): Promise<SignedIn> {
  const configuration = await party.discover();
  const expected = party.ownCallback(configuration.serverMetadata());
  if (arrivedAt !== expected) {
    throw new AuthError("response_rejected", "the answer came to the callback of another provider");
  }
  // openid-client takes `redirect_uri` from this URL, so it is built from the configuration alone.
  const currentUrl = new URL(`${site.redirectUri(expected)}?${query}`);
  try {
    const tokens = await authorizationCodeGrant(configuration, currentUrl, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
      ...maxAgeOf(party),
    });
    const { access_token: accessToken, id_token: written } = tokens;
    const idToken = tokens.claims();
    if (idToken === undefined || written === undefined) {
      throw new AuthError("response_rejected", "the answer holds no ID token");
    }
    checkIdToken(idToken, party);
    checkAccessTokenHash(idToken, written, accessToken);
    const userinfo = await askUserinfo(configuration, party, accessToken, idToken);
    return { identity: identityOf(party, idToken, userinfo), accessToken, idToken: written };
  } catch (error) {
    throw exchangeError(error, `the sign-in at ${party.issuer} could not be finished`);
  }
}

/** OpenID Connect Core §3.1.2.1: who asks for `max_age` must look at `auth_time`. */
function maxAgeOf({ settings }: RelyingParty): { maxAge?: number } {
  const written = settings.authorization.max_age;
  return written === undefined ? {} : { maxAge: Number(written) };
}

/** Two clocks never agree to the second. */
const toleranceSeconds = 30;

/** What openid-client leaves to us of OpenID Connect Core §3.1.3.7. */
function checkIdToken(idToken: IDToken, party: RelyingParty): void {
  const fault = idTokenFault(idToken, party);
  if (fault !== undefined) throw new AuthError("response_rejected", `the ID token ${fault}`);
}

function idTokenFault(
  { sub, aud, azp, iat }: IDToken,
  { settings }: RelyingParty,
): string | undefined {
  const { clientId, audience = [] } = settings;
  if (text(sub) === undefined) return "names no subject";
  // A token that others may use too must be for others whom we know.
  const stranger = [aud].flat().find((entry) => entry !== clientId && !audience.includes(entry));
  if (stranger !== undefined) return `is also for ${stranger}, whom \`audience\` does not name`;
  if (azp !== undefined && azp !== clientId) return "was issued to another client";
  return iat > Date.now() / 1000 + toleranceSeconds ? "is from the future" : undefined;
}

/** Core §3.1.3.8: the left half of the hash that the signature's algorithm has; Ed25519 hashes with SHA-512. */
function checkAccessTokenHash(
  { at_hash: expected }: IDToken,
  written: string,
  accessToken: string,
): void {
  if (expected === undefined) return;
  const header: unknown = JSON.parse(
    Buffer.from(written.split(".")[0] ?? "", "base64url").toString(),
  );
  const bits = text(claimAt(header, "alg"))?.match(/(256|384|512)$/)?.[0] ?? "512";
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  if (digest.subarray(0, digest.length / 2).toString("base64url") !== expected) {
    throw new AuthError(
      "response_rejected",
      "the access token is not the one that the ID token names",
    );
  }
}

/** Asks only when the ID token leaves something open. The subject must be the same (Core §5.3.2). */
async function askUserinfo(
  configuration: Configuration,
  { settings }: RelyingParty,
  accessToken: string,
  idToken: IDToken,
): Promise<Claims | undefined> {
  const { emailClaim, groupsClaim, usernameClaim, trustEmail } = settings;
  const wanted = [
    emailClaim,
    groupsClaim,
    usernameClaim,
    "name",
    ...(trustEmail ? [] : ["email_verified"]),
  ];
  const isWhole = wanted.every((claim) => claimAt(idToken, claim) !== undefined);
  if (isWhole || configuration.serverMetadata().userinfo_endpoint === undefined) return undefined;
  return fetchUserInfo(configuration, accessToken, idToken.sub);
}
