import { everyPage, groupsOrFault, records, type Api } from "./api.ts";
import { claimAt, type Claims, plainGroups, text, texts } from "./claims.ts";
import { onlyWithScope } from "./offline-access.ts";
import { identify } from "./openid.ts";
import type { Answers, Options, Person, Provider } from "./provider.ts";

/** Microsoft Entra ID. Groups: the ids of security groups, and `role:x` for roles of the app. */
export const entraId: Provider = {
  kind: "entra-id",
  label: "Microsoft",
  mark: { colour: "#0b5cad", letters: "M" },
  issuerExample: "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
  issuerShape: {
    written: "`https://login.microsoftonline.com/TENANT-ID/v2.0`",
    pattern: /^https:\/\/login\.[^/]+\/([0-9a-f-]{36}|common|organizations)\/v2\.0$/,
  },
  isIssuer: (address) =>
    /^https:\/\/login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)\/[^/]+\/v2\.0\/?$/.test(
      address,
    ),
  metadata(issuer) {
    const [, host] = /^(https?:\/\/[^/]+)\/(?:common|organizations)\/v2\.0$/.exec(issuer) ?? [];
    if (host === undefined) return undefined;
    const address = `${issuer}/.well-known/openid-configuration`;
    return { address, issuer: `${host}/{tenantid}/v2.0` };
  },
  scope: "openid email profile User.Read",
  accountPrompt: "select_account",
  // It contains the same claims as the ID token, and rejects tokens for another resource.
  hasUserinfo: false,
  endpoints: () => ({ api: "https://graph.microsoft.com/v1.0" }),
  takes: ["tenants"],
  offlineAccess: onlyWithScope("Microsoft"),
  guide: {
    register: "Microsoft Entra admin center → App registrations",
    permissions:
      "Microsoft Graph's delegated permission User.Read, and under Token configuration the groups claim",
    groups:
      "the ids of security groups, and `role:x` for app roles; for more than 200 groups doorward queries Microsoft Graph, with User.Read or GroupMember.Read.All",
    emails: "unsaid",
    renewal: "refresh token",
    notes: [
      "With the optional claims `email` and `xms_edov` in the ID tokens, doorward accepts an address if the tenant has verified its domain. That is safer than `trustEmail`, because an administrator of any tenant can write any address into `email`.",
      "`common` and `organizations` accept accounts of every tenant: list the ids of the allowed tenants in `tenants`.",
    ],
  },
  identify: identifyMicrosoft,
};

/** Reads the claims of a Microsoft tenant, in either version of its tokens. */
export async function identifyMicrosoft(
  { idToken }: Answers,
  options: Options,
  api: Api,
): Promise<Person> {
  const person = identify({ idToken: vouchedFor(idToken), userinfo: undefined }, options);
  const roles = texts(idToken.roles).map((role) => `role:${role}`);
  // A tenant may send names instead of ids, and its users may create groups with any name.
  const groups = plainGroups(person.groups);
  if (!isCutOff(idToken, options)) return { ...person, groups: [...groups, ...roles] };
  const needs = "Microsoft Graph's delegated permission User.Read or GroupMember.Read.All";
  return {
    ...person,
    gaps: { email: person.gaps?.email },
    ...(await groupsOrFault(needs, async () => [...(await listed(api)), ...roles])),
  };
}

/**
 * An administrator of any tenant can write any address into `email`. `xms_edov`, an optional claim of the app's
 * registration, is true if the tenant has verified that it owns the domain.
 */
function vouchedFor(idToken: Claims): Claims {
  const isVerified = idToken.xms_edov === true && text(idToken.email) !== undefined;
  return isVerified ? { email_verified: true, ...idToken } : idToken;
}

/** With more than 200 groups, the token only indicates that there are groups. */
function isCutOff(
  { _claim_names: elsewhere, hasgroups }: Claims,
  { groupsClaim }: Options,
): boolean {
  return (
    claimAt(elsewhere, groupsClaim) !== undefined ||
    (hasgroups === true && groupsClaim === "groups")
  );
}

/** The link in the token leads to a retired API. Graph includes nested groups too. */
async function listed(api: Api): Promise<string[]> {
  const first =
    "/me/transitiveMemberOf/microsoft.graph.group?$count=true&$filter=securityEnabled%20eq%20true&$select=id&$top=100";
  const groups = await everyPage(
    api,
    first,
    (body) => records(claimAt(body, "value")),
    ({ body }) => text(claimAt(body, "@odata.nextLink")),
    { headers: { ConsistencyLevel: "eventual" } },
  );
  return groups.map((group) => text(group.id)).filter((id) => id !== undefined);
}
