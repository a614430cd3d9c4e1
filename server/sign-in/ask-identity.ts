import { fetchUserInfo, type Configuration } from "openid-client";
import { claimAt, type Claims, text } from "../../providers/claims.ts";
import type { Identity } from "../identity/identity.ts";
import { readAccessToken } from "./access-token.ts";
import { identityOf, type Apis } from "./identity-of.ts";
import { createApi, noApi } from "./provider-api.ts";
import type { RelyingParty } from "./relying-party.ts";

/** What is at hand to learn who somebody is. */
export interface Evidence {
  /** undefined = there is none that could still be used. */
  readonly accessToken: string | undefined;
  /** The checked claims of the ID token; none where a provider has no such thing. */
  readonly idToken: Claims | undefined;
  /** They are of an earlier answer: what the issuer says now goes over them. */
  readonly isOld?: boolean;
}

/** Who it is, with everything that the provider has to be asked for. Throws `AuthError` and `ApiError`. */
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
  const isWhole = !isOld && wanted(party).every((claim) => claimAt(idToken, claim) !== undefined);
  const userinfo =
    isWhole || accessToken === undefined || party.provider.hasUserinfo === false
      ? undefined
      : await askUserinfo(configuration, accessToken, idToken);
  const said = isOld && userinfo !== undefined ? stillSaid(party, idToken, userinfo) : idToken;
  const inToken =
    accessToken === undefined || !party.provider.readsAccessToken
      ? undefined
      : await readAccessToken(party, accessToken, String(idToken.sub));
  // Of an issuer of many tenants the ID token says which one it is, and that has been checked.
  const issuer = text(idToken.iss) ?? party.issuer;
  const answers = { idToken: said, userinfo, accessToken: inToken };
  const identity = await identityOf({ ...party, issuer }, answers, apis);
  const isSilent = identity.groups.length === 0 && identity.groupsFault === undefined;
  return isSilent && holdsGroups(party, idToken) && !holdsGroups(party, said)
    ? { ...identity, groupsFault: noGroupsNow }
    : identity;
}

/** The groups of an ID token of long ago are nobody's any more, though userinfo says nothing of them. */
const noGroupsNow = {
  reason: "asked again, the issuer sends no ID token, and its userinfo names no groups",
  isTransient: false,
};

function holdsGroups({ provider, settings }: RelyingParty, claims: Claims): boolean {
  return claimAt(claims, settings.groupsClaim ?? provider.groupsClaim ?? "groups") !== undefined;
}

/** What a session is decided by; the rest of an identity is worth no question of its own. */
function wanted({ provider, settings }: RelyingParty): string[] {
  const { emailClaim, groupsClaim = provider.groupsClaim, usernameClaim, trustEmail } = settings;
  const claims = [emailClaim, groupsClaim ?? "groups", usernameClaim, "name"];
  return trustEmail ? claims : [...claims, "email_verified"];
}

/** The subject must be the same (OpenID Connect Core §5.3.2). */
async function askUserinfo(
  configuration: Configuration,
  accessToken: string,
  { sub }: Claims,
): Promise<Claims | undefined> {
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return undefined;
  return fetchUserInfo(configuration, accessToken, String(sub));
}

/** Whose word it is and how they signed in: an ID token goes on saying that. */
const lasting = ["iss", "sub", "aud", "azp", "tid", "oid", "hd", "sid", "acr", "amr", "auth_time"];

/**
 * What an ID token of long ago still says beside userinfo of now. Its address counts while userinfo names
 * none, for an old `email_verified` must not vouch for a new address. Whatever else it said may be over.
 */
function stillSaid({ settings }: RelyingParty, old: Claims, userinfo: Claims): Claims {
  const ofEmail = ["email", "email_verified", settings.emailClaim];
  const speaksOfEmail = ofEmail.some((claim) => Object.hasOwn(userinfo, claim));
  const kept = speaksOfEmail ? lasting : [...lasting, ...ofEmail];
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
