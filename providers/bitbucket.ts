import { everyPage, groupsOrFault, records, type Api, type Page } from "./api.ts";
import { claimAt, handle, text } from "./claims.ts";
import type { Provider } from "./provider.ts";

/** Bitbucket Cloud. Groups: the workspaces somebody is a member of, and `repo:workspace/name`. */
export const bitbucket: Provider = {
  kind: "bitbucket",
  label: "Bitbucket",
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
      "Account: Read and Email, and Repositories: Read for `repositories` (write the scope `account email repository` then)",
    groups:
      "workspaces by their id in addresses, such as `acme`, of which somebody is a member and no mere guest, and with `repositories` also `repo:workspace/name` for whoever may write there",
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
      // Usernames are no more, nicknames are anybody's to choose.
      subject: text(userinfo.uuid) ?? "",
      email: text(primary?.email),
      name: text(userinfo.display_name),
      preferredUsername: text(userinfo.nickname),
      ...found,
    };
  },
};

/** Where the next page is stands in the body. */
function everyValue(api: Api, path: string) {
  return everyPage(api, path, (body) => records(claimAt(body, "values")), nextInBody);
}

function nextInBody({ body }: Page): string | undefined {
  return text(claimAt(body, "next"));
}

/** Guests of a single repository have access to its workspace too, and are no members of it. */
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

/** Those of the repositories that somebody may write to. */
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
