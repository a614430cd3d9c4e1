import { ApiError, everyPage, groupsOrFault, records, type Api } from "./api.ts";
import { claimAt, text } from "./claims.ts";
import { identify } from "./openid.ts";
import type { Person, Provider } from "./provider.ts";

const scopes = "https://www.googleapis.com/auth/admin.directory.group";

/** Accounts of Google and of Google Workspace. Groups come from a directory, by their addresses. */
export const google: Provider = {
  kind: "google",
  label: "Google",
  mark: { colour: "#1a5fd0", letters: "G" },
  issuer: "https://accounts.google.com",
  scope: "openid email profile",
  offlineAccess: {
    request: { access_type: "offline", prompt: "consent" },
    because:
      "Google sends a refresh token only with `access_type`, and a second one to the same user only with `prompt`",
  },
  revokesWholeGrant: true,
  accountPrompt: "select_account", // Google refuses `login`
  endpoints: () => ({ api: "https://admin.googleapis.com" }),
  takes: ["directory"],
  guide: {
    register: "console.cloud.google.com → Google Auth Platform → Clients → Web application",
    permissions: "the scopes openid, email and profile, which require no review by Google",
    groups:
      "with `directory`, the addresses of groups, including nested ones: a service account with domain-wide delegation of admin.directory.group.member.readonly (for listed groups) or admin.directory.group.readonly queries the Admin SDK on behalf of `admin`; for users of other domains it finds only direct members of a listed group",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "`hd` only preselects the accounts that Google offers. It restricts no one: use `access` for that.",
      "`directory` has the settings `serviceAccountFile` (the path of the service account's JSON key), `admin` (an administrator's address) and, to check only some groups, `groups` (their addresses).",
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
      gaps: { email: person.gaps?.email },
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

/** For a user without groups, Google omits the list; for a user outside the directory, the whole body. */
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

/** `hasMember` includes nested groups, but not users of other domains. For those, only direct members are found. */
async function isMember(directory: Api, group: string, member: string): Promise<boolean> {
  const path = `${groupsPath}/${encodeURIComponent(group)}`;
  const nested = await directory(`${path}/hasMember/${member}`, { expects: [400, 404] });
  if (nested.status === 404) return false;
  const nestedMember = claimAt(nested.body, "isMember");
  if (nested.status === 200) {
    if (typeof nestedMember === "boolean") return nestedMember;
    throw new ApiError(`the response for ${group} contains no isMember`, 200);
  }
  const direct = await directory(`${path}/members/${member}`, { expects: [404] });
  return direct.status === 200 && claimAt(direct.body, "status") === "ACTIVE";
}

function key({ email, gaps }: Person): string {
  if (email === undefined) {
    const reason = "the directory cannot be queried for a user without a verified email";
    throw new ApiError([reason, gaps?.email].join(": "), 200);
  }
  return encodeURIComponent(email);
}
