import { everyPage, groupsOrFault, records, type Api, type Page } from "./api.ts";
import { claimAt, handle, text } from "./claims.ts";
import type { Provider } from "./provider.ts";

/** Bitbucket Cloud. Groups: the workspaces of a member, and `repo:workspace/name`. */
export const bitbucket: Provider = {
  kind: "bitbucket",
  label: "Bitbucket",
  mark: { colour: "#0a55c4", letters: "Bb" },
  issuer: "https://bitbucket.org",
  isOAuthOnly: true,
  scope: "account email",
  endpoints: () => ({
    authorization: "https://bitbucket.org/site/oauth2/authorize",
    token: "https://bitbucket.org/site/oauth2/access_token",
    userinfo: "https://api.bitbucket.org/2.0/user",
    api: "https://api.bitbucket.org/2.0",
  }),
  takes: ["repositories"],
  guide: {
    register: "bitbucket.org → your workspace → Settings → OAuth consumers → Add consumer",
    permissions:
      "Account: Read and Email, and Repositories: Read for `repositories` (which also requires `scope: account email repository`)",
    groups:
      "workspaces by their id in URLs, such as `acme`, for members but not for guests, and with `repositories` also `repo:workspace/name` for users with write access",
    emails: "verified",
    renewal: "refresh token",
  },
  async identify({ userinfo = {} }, { repositories }, api) {
    const [emails, found] = await Promise.all([
      everyValue(api, "/user/emails?pagelen=100"),
      groupsOrFault("the scope account, and repository for repositories", async () => [
        ...(await workspaces(api)),
        ...(await contributedTo(api, repositories)),
      ]),
    ]);
    const primary = emails.find(
      (email) => email.is_primary === true && email.is_confirmed === true,
    );
    return {
      // Bitbucket has no usernames any more, and users choose their nicknames freely.
      subject: text(userinfo.uuid) ?? "",
      email: text(primary?.email),
      name: text(userinfo.display_name),
      preferredUsername: text(userinfo.nickname),
      ...found,
    };
  },
};

/** Bitbucket puts the address of the next page into the body. */
function everyValue(api: Api, path: string) {
  return everyPage(api, path, (body) => records(claimAt(body, "values")), nextInBody);
}

function nextInBody({ body }: Page): string | undefined {
  return text(claimAt(body, "next"));
}

/** The list includes workspaces where the user is only a guest of one repository, so check each membership. */
async function workspaces(api: Api): Promise<string[]> {
  const accesses = await everyValue(api, "/user/workspaces?pagelen=100");
  const slugs = accesses.map((access) => handle(claimAt(access, "workspace.slug")));
  const memberOf = await Promise.all(
    slugs.map(async (slug) => {
      if (slug === undefined) return [];
      const path = `/user/workspaces/${encodeURIComponent(slug)}/permission`;
      const { status, body } = await api(path, { expects: [403, 404] });
      const role = status === 200 ? claimAt(body, "permission") : undefined;
      return role === "owner" || role === "create-project" || role === "member" ? [slug] : [];
    }),
  );
  return memberOf.flat();
}

/** The repositories to which the user has write access. */
async function contributedTo(api: Api, repositories: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    repositories.map(async (name) => {
      const [workspace = ""] = name.split("/", 1);
      const query = new URLSearchParams({ role: "contributor", q: `full_name="${name}"` });
      const path = `/repositories/${encodeURIComponent(workspace)}?${query}`;
      const mine = await everyValue(api, path);
      return mine.some((one) => one.full_name === name) ? [`repo:${name}`] : [];
    }),
  );
  return found.flat();
}
