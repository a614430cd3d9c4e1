import { everyPage, groupsOrFault, records, type Api } from "./api.ts";
import { claimAt, type Claims, plainGroups, text, texts } from "./claims.ts";
import { identify } from "./openid.ts";
import type { Answers, Options, Person, Provider } from "./provider.ts";

/** Microsoft Entra ID. Groups: the ids of security groups, and `role:x` for roles of the app. */
export const entraId: Provider = {
  kind: "entra-id",
  label: "Microsoft",
  issuerExample: "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
  issuerShape: {
    written: "`https://login.microsoftonline.com/TENANT-ID/v2.0`",
    pattern: /^https:\/\/login\.[^/]+\/([0-9a-f-]{36}|common|organizations)\/v2\.0$/,
  },
  metadata(issuer) {
    const [, host] = /^(https?:\/\/[^/]+)\/(?:common|organizations)\/v2\.0$/.exec(issuer) ?? [];
    if (host === undefined) return undefined;
    const address = `${issuer}/.well-known/openid-configuration`;
    return { address, issuer: `${host}/{tenantid}/v2.0` };
  },
  scope: "openid email profile User.Read",
  accountPrompt: "select_account",
  // It says what the ID token says, and takes no token that was asked for another resource.
  hasUserinfo: false,
  endpoints: () => ({ api: "https://graph.microsoft.com/v1.0" }),
  takes: ["tenants"],
  guide: {
    register: "Microsoft Entra admin center → App registrations",
    permissions:
      "Microsoft Graph's delegated permission User.Read, and under Token configuration the groups claim",
    groups:
      "the ids of security groups, and `role:x` for app roles; of more than 200 groups Microsoft Graph is asked, with User.Read or GroupMember.Read.All",
    emails: "unsaid",
    renewal: "refresh token",
    notes: [
      "With the optional claims `email` and `xms_edov` in its ID tokens an address counts where the owner of its domain stands behind it; that is safer than `trustEmail`, for whoever runs a tenant writes any address into `email`.",
      "`common` and `organizations` stand for every tenant there is: list the ids of those that may sign in as `tenants`.",
    ],
  },
  identify: identifyMicrosoft,
};

/** The claims of a Microsoft tenant, in either version of its tokens. */
export async function identifyMicrosoft(
  { idToken }: Answers,
  options: Options,
  api: Api,
): Promise<Person> {
  const person = identify({ idToken: vouchedFor(idToken), userinfo: undefined }, options);
  const roles = texts(idToken.roles).map((role) => `role:${role}`);
  // A tenant may send names instead of ids, and there anybody can found a group and name it.
  const groups = plainGroups(person.groups);
  if (!isCutOff(idToken, options)) return { ...person, groups: [...groups, ...roles] };
  const needs = "Microsoft Graph's delegated permission User.Read or GroupMember.Read.All";
  return {
    ...person,
    ...(await groupsOrFault(needs, async () => [...(await listed(api)), ...roles])),
  };
}

/**
 * Anybody who runs a tenant writes any address into `email`. `xms_edov`, which an app's registration asks for, is
 * true where the owner of the domain stands behind it.
 */
function vouchedFor(idToken: Claims): Claims {
  const isVerified = idToken.xms_edov === true && text(idToken.email) !== undefined;
  return isVerified ? { email_verified: true, ...idToken } : idToken;
}

/** Of more than 200 groups the token only says that there are some. */
function isCutOff(
  { _claim_names: elsewhere, hasgroups }: Claims,
  { groupsClaim }: Options,
): boolean {
  return (
    claimAt(elsewhere, groupsClaim) !== undefined ||
    (hasgroups === true && groupsClaim === "groups")
  );
}

/** The link in the token leads to an API that is no more; Graph knows the nested ones too. */
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
