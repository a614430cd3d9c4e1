import { ApiError, everyPage, groupsOrFault, records, type Api } from "./api.ts";
import { claimAt, text } from "./claims.ts";
import { identify } from "./openid.ts";
import type { Person, Provider } from "./provider.ts";

const scopes = "https://www.googleapis.com/auth/admin.directory.group";

/** Accounts of Google and of Google Workspace. Groups are a directory's, by their addresses. */
export const google: Provider = {
  kind: "google",
  label: "Google",
  issuer: "https://accounts.google.com",
  scope: "openid email profile",
  // Google gives a refresh token only so, and the second time only to who has consented again.
  authorization: { access_type: "offline", prompt: "consent" },
  revokesWholeGrant: true,
  accountPrompt: "select_account", // Google refuses `login`
  endpoints: () => ({ api: "https://admin.googleapis.com" }),
  takes: ["directory"],
  guide: {
    register: "console.cloud.google.com → Google Auth Platform → Clients → Web application",
    permissions: "the scopes openid, email and profile, none of which Google has to review",
    groups:
      "with `directory` the addresses of groups, nested ones too: a service account with domain-wide delegation of admin.directory.group.member.readonly (for listed groups) or admin.directory.group.readonly asks the Admin SDK in the name of `admin`; of other domains' people it knows only who is in a listed group directly",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "`hd` only chooses whose accounts Google offers: what restricts is `access`.",
      "`directory` takes `serviceAccountFile` (the path of the service account's key in JSON), `admin` (an administrator's address) and, where only some count, `groups` (their addresses).",
    ],
  },
  directoryScopes: (isListed) => [
    ...(isListed ? [`${scopes}.member.readonly`] : []),
    `${scopes}.readonly`,
    ...(isListed ? [`${scopes}.member`] : []),
    scopes,
  ],
  async identify(answers, options, _, directory) {
    const person = identify(answers, options);
    if (directory === undefined) return person;
    const needs = "domain-wide delegation of the scope admin.directory.group.readonly";
    const asked = options.directory?.groups;
    return {
      ...person,
      ...(await groupsOrFault(needs, () =>
        asked === undefined ? allGroups(directory, person) : memberships(directory, person, asked),
      )),
    };
  },
};

const groupsPath = "/admin/directory/v1/groups";

async function allGroups(directory: Api, person: Person): Promise<string[]> {
  const first = `${groupsPath}?maxResults=200&userKey=${key(person)}`;
  const next = ({ body }: { body: unknown }) => {
    const token = text(claimAt(body, "nextPageToken"));
    return token && `${first}&pageToken=${encodeURIComponent(token)}`;
  };
  const groups = await everyPage(directory, first, listed, next, { expects: [404] });
  return groups.map(({ email }) => text(email)).filter((email) => email !== undefined);
}

/** Of somebody without groups the list is left out; of somebody who is not in the directory, everything. */
function listed(body: unknown) {
  const groups = claimAt(body, "groups");
  return groups === undefined && body !== undefined ? [] : records(groups);
}

async function memberships(
  directory: Api,
  person: Person,
  groups: readonly string[],
): Promise<string[]> {
  const member = key(person);
  const found = await Promise.all(groups.map((group) => isMember(directory, group, member)));
  return groups.filter((_, index) => found[index]);
}

/** `hasMember` knows nested groups, but of another domain's people nothing: of those, only who is in the group itself. */
async function isMember(directory: Api, group: string, member: string): Promise<boolean> {
  const path = `${groupsPath}/${encodeURIComponent(group)}`;
  const nested = await directory(`${path}/hasMember/${member}`, { expects: [400, 404] });
  if (nested.status === 404) return false;
  const said = claimAt(nested.body, "isMember");
  if (nested.status === 200) {
    if (typeof said === "boolean") return said;
    throw new ApiError(`the answer about ${group} says nothing`, 200);
  }
  const direct = await directory(`${path}/members/${member}`, { expects: [404] });
  return direct.status === 200 && claimAt(direct.body, "status") === "ACTIVE";
}

function key({ email }: Person): string {
  if (email === undefined) {
    throw new ApiError(
      "the directory cannot be asked about somebody without a verified email",
      200,
    );
  }
  return encodeURIComponent(email);
}
