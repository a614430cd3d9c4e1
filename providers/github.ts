import { everyPage, groupsOrFault, records, type Api } from "./api.ts";
import { claimAt, handle, id, text } from "./claims.ts";
import type { Provider } from "./provider.ts";

/** github.com, or GitHub Enterprise Server with its address as `issuer`. Groups: `org`, `org:team`, `repo:owner/name`. */
export const github: Provider = {
  kind: "github",
  label: "GitHub",
  mark: { colour: "#24292f", letters: "GH" },
  issuer: "https://github.com",
  isOAuthOnly: true,
  scope: "user:email read:org",
  clientAuthentication: "client_secret_post",
  grantErrors: ["bad_verification_code", "bad_refresh_token"],
  accountPrompt: "select_account",
  endpoints: (issuer) => {
    const api = apiOf(issuer);
    return {
      authorization: `${issuer}/login/oauth/authorize`,
      token: `${issuer}/login/oauth/access_token`,
      userinfo: `${api}/user`,
      api,
    };
  },
  // The version pins the format of responses; without a User-Agent GitHub answers 403.
  apiHeaders: { Accept: "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28" },
  takes: ["repositories"],
  guide: {
    register:
      "github.com → Settings → Developer settings → OAuth Apps, or the same place in an organisation's settings",
    permissions: "the scopes user:email and read:org",
    groups:
      "organisations as `org`, teams as `org:team`, and with `repositories` also `repo:owner/name`; an organisation that restricts apps has to approve yours first",
    emails: "verified",
    renewal: "access token",
    notes: [
      "GitHub Enterprise Server: set `issuer` to its address.",
      "Private `repositories` require the scope `repo`, which includes write access: use a team instead.",
    ],
  },
  async identify({ userinfo = {} }, { repositories }, api) {
    const [email, member] = await Promise.all([
      primaryEmail(api),
      groupsOrFault("the scope read:org", () => memberships(api, repositories)),
    ]);
    return {
      subject: id(userinfo.id) ?? "",
      email,
      ...member,
      name: text(userinfo.name),
      preferredUsername: text(userinfo.login),
    };
  },
};

/** The API of github.com and of ghe.com has its own host; a server's API is under the server's address. */
function apiOf(issuer: string): string {
  const { host, hostname } = new URL(issuer);
  const isHosted = hostname === "github.com" || hostname.endsWith(".ghe.com");
  return isHosted ? `https://api.${host}` : `${issuer}/api/v3`;
}

async function primaryEmail(api: Api): Promise<string | undefined> {
  const emails = await everyPage(api, "/user/emails?per_page=100", records);
  return text(emails.find(({ primary, verified }) => primary === true && verified === true)?.email);
}

async function memberships(api: Api, repositories: readonly string[]): Promise<string[]> {
  const [orgs, teams, repos] = await Promise.all([
    everyPage(api, "/user/orgs?per_page=100", records),
    everyPage(api, "/user/teams?per_page=100", records),
    Promise.all(repositories.map((name) => repository(api, name))),
  ]);
  const ofTeams = teams.map((team) => {
    const org = handle(claimAt(team, "organization.login"));
    const slug = handle(team.slug);
    return org === undefined || slug === undefined ? undefined : `${org}:${slug}`;
  });
  const found = [...orgs.map((org) => handle(org.login)), ...ofTeams, ...repos];
  return found.filter((group) => group !== undefined);
}

/** Users with push access belong to a repository; for a private one, users with read access as well. */
async function repository(api: Api, name: string): Promise<string | undefined> {
  const path = name.split("/").map(encodeURIComponent).join("/");
  const { status, body } = await api(`/repos/${path}`, { expects: [404] });
  if (status === 404) return undefined;
  const may = (permission: string) => claimAt(body, `permissions.${permission}`) === true;
  const isMember = may("push") || (claimAt(body, "private") === true && may("pull"));
  return isMember ? `repo:${name}` : undefined;
}
