import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  type Configuration,
  type IDToken,
} from "openid-client";
import type { Claims } from "../../providers/provider.ts";
import { claimAt } from "../../providers/claims.ts";
import { parseEmail } from "../access/email.ts";
import type { Identity } from "../access/identity.ts";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import { exchangeError } from "./issuer-error.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { Transaction } from "./transaction.ts";

/** What a finished sign-in gives: who it is, and the tokens that headers may pass on. */
export interface SignedIn {
  readonly identity: Identity;
  readonly accessToken: string;
  readonly idToken: string | undefined;
}

/** The authorization request (RFC 6749 §4.1.1): code, PKCE S256, state and nonce, always. */
export async function authorizationUrl(
  party: RelyingParty,
  site: Site,
  { state, nonce, codeVerifier }: Transaction,
  asksForAccount: boolean,
): Promise<string> {
  const configuration = await party.discover();
  const { authorization, scope } = party.settings;
  return buildAuthorizationUrl(configuration, {
    ...authorization,
    ...(asksForAccount && { prompt: party.provider.accountPrompt }),
    response_type: "code",
    redirect_uri: site.redirectUri,
    scope: scope ?? party.provider.scope,
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: "S256",
  }).href;
}

/**
 * Checks the issuer's answer and trades its code for an identity. State and `iss` are checked before
 * the code leaves us; signature, audience, times and nonce before any claim is believed.
 */
export async function exchangeCode(
  party: RelyingParty,
  site: Site,
  { state, nonce, codeVerifier }: Transaction,
  answer: URLSearchParams,
): Promise<SignedIn> {
  const configuration = await party.discover();
  // openid-client takes `redirect_uri` from this URL, so it is built from the configuration alone.
  const currentUrl = new URL(`${site.redirectUri}?${answer}`);
  try {
    const tokens = await authorizationCodeGrant(configuration, currentUrl, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims();
    if (idToken === undefined)
      throw new AuthError("response_rejected", "the answer holds no ID token");
    checkAudience(idToken, party);
    const userinfo = await askUserinfo(configuration, party, tokens.access_token, idToken);
    return {
      identity: identityOf(party, idToken, userinfo),
      accessToken: tokens.access_token,
      idToken: tokens.id_token,
    };
  } catch (error) {
    throw exchangeError(error, `the sign-in at ${party.issuer} could not be finished`);
  }
}

/** OpenID Connect Core §3.1.3.7 (3): a token that others may use too must be for others whom we know. */
function checkAudience(idToken: IDToken, { settings }: RelyingParty): void {
  const audiences = [idToken.aud].flat();
  const stranger = audiences.find(
    (entry) => entry !== settings.clientId && !settings.audience.includes(entry),
  );
  if (stranger !== undefined) {
    throw new AuthError(
      "response_rejected",
      `the ID token is also for ${stranger}, whom \`audience\` does not name`,
    );
  }
  if (idToken.azp !== undefined && idToken.azp !== settings.clientId) {
    throw new AuthError(
      "response_rejected",
      `the ID token was issued to ${idToken.azp}, not to us`,
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

/** About the messages themselves, not about the person. */
const protocolClaims = new Set([
  "nonce",
  "at_hash",
  "c_hash",
  "s_hash",
  "iat",
  "exp",
  "nbf",
  "jti",
  "azp",
  "aud",
]);

function identityOf(party: RelyingParty, idToken: IDToken, userinfo: Claims | undefined): Identity {
  const { emailClaim, groupsClaim, usernameClaim, trustEmail } = party.settings;
  const person = party.provider.identify(
    { idToken, userinfo },
    { email: emailClaim, groups: groupsClaim, username: usernameClaim, trustEmail },
  );
  if (person.subject === "")
    throw new AuthError("response_rejected", "the ID token names no subject");
  const claims = Object.entries({ ...userinfo, ...idToken }).filter(
    ([name]) => !protocolClaims.has(name),
  );
  return {
    ...person,
    issuer: idToken.iss,
    email: person.email === undefined ? undefined : parseEmail(person.email)?.address,
    provider: party.name,
    claims: Object.fromEntries(claims),
  };
}
