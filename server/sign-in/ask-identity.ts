import { fetchUserInfo, WWWAuthenticateChallengeError, type Configuration } from "openid-client";
import type { GroupsFault } from "../../providers/api.ts";
import { valuesAt } from "../../providers/claim-path.ts";
import { claimAt, type Claims, text } from "../../providers/claims.ts";
import type { Identity } from "../identity/identity.ts";
import { readAccessToken } from "./access-token.ts";
import { identityOf, type Apis } from "./identity-of.ts";
import { wordsIn } from "./issuer-words.ts";
import { createApi, noApi } from "./provider-api.ts";
import type { RelyingParty } from "./relying-party.ts";
import { metadataOf } from "./server-metadata.ts";

/** The tokens and claims from which an identity is read. */
interface Evidence {
  /** undefined = there is no valid one. */
  readonly accessToken: string | undefined;
  /** The validated claims of the ID token; undefined for providers without ID tokens. */
  readonly idToken: Claims | undefined;
  /** The claims are from an earlier response: current claims from the issuer override them. */
  readonly isOld?: boolean;
}

/** The identity, including everything that takes a request to the provider. Throws `AuthError` and `ApiError`. */
export async function askIdentity(
  party: RelyingParty,
  configuration: Configuration,
  { accessToken, idToken = {}, isOld = false }: Evidence,
): Promise<Identity> {
  const apis = { ...apisFor(party, accessToken), directory: party.directory?.open() };
  if (party.provider.isOAuthOnly) {
    const userinfo = await askApi(party, accessToken);
    return identityOf(party, { idToken: {}, userinfo }, apis);
  }
  const readsToken = party.provider.accessTokenClaims !== undefined;
  const isWhole = !isOld && hasWanted(party, idToken);
  const answer =
    isWhole || accessToken === undefined || party.provider.hasUserinfo === false
      ? undefined
      : await askUserinfo(configuration, accessToken, idToken, isOld || !readsToken);
  const { userinfo, refusal } = answer ?? {};
  const current =
    isOld && userinfo !== undefined ? stillCurrent(party, idToken, userinfo) : idToken;
  const inToken =
    accessToken === undefined || !readsToken
      ? undefined
      : await readAccessToken(party, accessToken, String(idToken.sub));
  // With a multi-tenant issuer, the ID token (already validated) names the tenant's own issuer.
  const issuer = text(idToken.iss) ?? party.issuer;
  const answers = { idToken: current, userinfo, accessToken: inToken };
  // The refused response could have said `email_verified: false`.
  const settings =
    refusal === undefined ? party.settings : { ...party.settings, trustEmail: false };
  const identity = await identityOf({ ...party, issuer, settings }, answers, apis);
  const hasNoGroups = identity.groups.length === 0 && identity.groupsFault === undefined;
  if (hasNoGroups && refusal !== undefined) return { ...identity, groupsFault: refusal };
  return current !== idToken && holdsGroups(party, idToken)
    ? withoutOldGroups(party, identity, userinfo ?? {})
    : identity;
}

/** Groups from an old ID token no longer count, even if userinfo has no groups claim. */
const noGroupsNow = {
  reason: "on renewal the issuer sent no new ID token, and its userinfo has no groups claim",
  isTransient: false,
};
const onlyUserinfoNow =
  "on renewal the issuer sent no new ID token, so only the groups in userinfo count";

/** Says that the groups of the old ID token, which `identity` does not have any more, no longer count. */
function withoutOldGroups(party: RelyingParty, identity: Identity, userinfo: Claims): Identity {
  const { groups, groupsFault, gaps } = identity;
  if (!holdsGroups(party, userinfo)) {
    const hasNone = groups.length === 0 && groupsFault === undefined;
    return hasNone ? { ...identity, groupsFault: noGroupsNow } : identity;
  }
  if (party.settings.groupsFrom !== "both") return identity;
  return { ...identity, gaps: { ...gaps, groups: onlyUserinfoNow } };
}

function holdsGroups({ provider, settings }: RelyingParty, claims: Claims): boolean {
  return valuesAt(claims, settings.groupsClaim ?? provider.groupsClaim ?? "groups") !== undefined;
}

/** Whether an ID token has every claim that decides access; other missing claims are not worth a userinfo request. */
function hasWanted(party: RelyingParty, idToken: Claims): boolean {
  const { emailClaim = "email", usernameClaim, trustEmail, groupsFrom } = party.settings;
  const claims = [emailClaim, usernameClaim, "name", ...(trustEmail ? [] : ["email_verified"])];
  return (
    groupsFrom !== "both" &&
    holdsGroups(party, idToken) &&
    claims.every((claim) => claimAt(idToken, claim) !== undefined)
  );
}

interface UserinfoAnswer {
  readonly userinfo?: Claims;
  /** Why userinfo refused the access token. */
  readonly refusal?: GroupsFault;
}

/**
 * openid-client checks that the subject is the same (OpenID Connect Core §5.3.2). Keycloak's userinfo refuses its own
 * lightweight access tokens: without `mustAccept`, the new ID token alone then confirms the account.
 */
async function askUserinfo(
  configuration: Configuration,
  accessToken: string,
  { sub }: Claims,
  mustAccept: boolean,
): Promise<UserinfoAnswer> {
  if (metadataOf(configuration).userinfo_endpoint === undefined) return {};
  try {
    return { userinfo: await fetchUserInfo(configuration, accessToken, String(sub)) };
  } catch (error) {
    if (mustAccept || !(error instanceof WWWAuthenticateChallengeError)) throw error;
    return {
      refusal: {
        reason: `userinfo refused the access token${saidIn(error, accessToken)}`,
        isTransient: false,
      },
    };
  }
}

/** RFC 6750 §3: the error and its description. */
function saidIn({ cause }: WWWAuthenticateChallengeError, accessToken: string): string {
  const words = cause.flatMap(({ parameters }) => wordsIn(parameters, [accessToken]) ?? []);
  return words[0] === undefined ? "" : `: ${words[0]}`;
}

/** Claims about the issuer, the subject and the sign-in itself, which do not expire with an old ID token. */
const lasting = ["iss", "sub", "aud", "azp", "tid", "oid", "hd", "sid", "acr", "amr", "auth_time"];

/**
 * The claims of an old ID token that still count next to current userinfo. Its email claims count only while userinfo
 * has none, because an old `email_verified` must not vouch for a new address. All other claims may be outdated.
 */
function stillCurrent({ settings }: RelyingParty, old: Claims, userinfo: Claims): Claims {
  const ofEmail = ["email", "email_verified", settings.emailClaim ?? "email"];
  const hasEmail = ofEmail.some((claim) => Object.hasOwn(userinfo, claim));
  const kept = hasEmail ? lasting : [...lasting, ...ofEmail];
  return Object.fromEntries(Object.entries(old).filter(([claim]) => kept.includes(claim)));
}

async function askApi(party: RelyingParty, accessToken: string | undefined): Promise<Claims> {
  const { userinfo } = party.endpoints;
  if (userinfo === undefined || accessToken === undefined) return {};
  const headers = party.provider.apiHeaders;
  const { body } = await createApi({ base: userinfo, accessToken, headers, fetch: party.fetch })(
    userinfo,
  );
  return typeof body === "object" && body !== null ? { ...body } : {};
}

function apisFor(
  { endpoints: { api: base }, provider, fetch }: RelyingParty,
  accessToken: string | undefined,
): Apis {
  if (base === undefined || accessToken === undefined) return { api: noApi };
  return { api: createApi({ base, accessToken, headers: provider.apiHeaders, fetch }) };
}
