import { ApiError, groupsOrFault, type Api } from "./api.ts";
import { claimAt, text } from "./claims.ts";
import { withEveryCode } from "./offline-access.ts";
import { identify, orGroupsIn } from "./openid.ts";
import type { Provider } from "./provider.ts";

/** gitlab.com, or an instance with its address as `issuer`. Groups: full paths, `project:ns/name` for `projects`. */
export const gitlab: Provider = {
  kind: "gitlab",
  label: "GitLab",
  mark: { colour: "#b33c0a", letters: "GL" },
  issuer: "https://gitlab.com",
  scope: "openid email profile",
  scopeWith: { projects: "read_api" },
  accountPrompt: "login",
  endpoints: (issuer) => ({ api: `${issuer}/api/v4` }),
  takes: ["projects"],
  offlineAccess: withEveryCode("GitLab"),
  guide: {
    register: "User settings, a group's settings or the admin area → Applications, confidential",
    permissions: "the scopes openid, email and profile; with `projects` also read_api",
    groups:
      "full paths such as `acme/tools`, and `project:acme/site` for each of `projects` in which the user has the access level (20, or the number after `=`)",
    emails: "verified",
    renewal: "refresh token",
    notes: ["A self-managed instance: set `issuer` to its address."],
  },
  async identify(answers, options, api) {
    const { idToken, userinfo = {} } = answers;
    // The ID token contains only direct memberships, in a claim of another name.
    const person = orGroupsIn("groups_direct", identify(answers, options), idToken, options);
    const ofProjects = await groupsOrFault("the scope read_api", async () => {
      const found = await Promise.all(options.projects.map((written) => project(api, written)));
      return [...person.groups, ...found.filter((group) => group !== undefined)];
    });
    const nickname = text(idToken.nickname) ?? text(userinfo.nickname);
    return { ...person, ...ofProjects, preferredUsername: person.preferredUsername ?? nickname };
  },
};

/** GitLab's access levels: 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner. */
const usualLevel = 20;

/** `ns/name`, or `ns/name=30` with the minimum access level. */
async function project(api: Api, written: string): Promise<string | undefined> {
  const [path = "", level] = written.split("=");
  const question = { expects: [404] };
  const { status, body } = await api(`/projects/${encodeURIComponent(path)}`, question);
  if (status === 404 || claimAt(body, "archived") === true) return undefined;
  if (claimAt(body, "archived") !== false) {
    throw new ApiError(`the response for ${path} is not a project`, status);
  }
  const levels = ["project_access", "group_access"].map((way) =>
    Number(claimAt(body, `permissions.${way}.access_level`) ?? 0),
  );
  return Math.max(...levels) >= Number(level ?? usualLevel) ? `project:${path}` : undefined;
}
