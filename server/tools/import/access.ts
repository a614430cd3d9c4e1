import { parseEmail } from "../../identity/email.ts";
import { hostOutsideAscii } from "../../values/ascii-host.ts";
import { reasonsOf } from "../../observe/log.ts";
import type { ImportedProvider } from "./provider.ts";
import type { Settings } from "./settings.ts";

/** Lists of which one must match the visitor. */
export interface Lists {
  readonly domains?: readonly string[];
  readonly emails?: readonly string[];
  readonly groups?: readonly string[];
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  readonly verified?: true;
}

/** Who has access. `isForRule`: uses claims, which only a rule can check, so `access` cannot hold it. */
export interface ImportedAccess {
  readonly access: Record<string, unknown>;
  readonly isForRule: boolean;
  /** Of each of these lists, a user of the htpasswd file needs a group too. */
  readonly groupsOfUsers: readonly (readonly string[])[];
}

/** Reads a file named in an imported file; throws like `readFileSync`. */
export type ReadBeside = (path: string) => string;

/** oauth2-proxy requires both an email address of its lists and the provider's groups. */
export function importAccess(
  from: Settings,
  { kind }: ImportedProvider,
  readBeside: ReadBeside,
): ImportedAccess {
  const ofGroups = byGroup(from, kind);
  const demands = [...byAddress(from, readBeside), ...ofGroups];
  const isForRule = demands.some(({ claims }) => claims !== undefined);
  const groupsOfUsers = ofGroups.flatMap(({ groups: names }) =>
    names === undefined ? [] : [names],
  );
  const [only, ...more] = demands;
  if (more.length > 0) return { access: { all: demands }, isForRule, groupsOfUsers };
  if (only?.verified) from.note("to do", "email_domains", everyAccount);
  return { access: { ...only }, isForRule, groupsOfUsers };
}

const everyAccount =
  '"*" gives access to every account of the provider with a verified email address (access: { verified: true }); at a public provider that is everyone: to restrict it, set domains, emails or groups in access';

/** With `*`, oauth2-proxy requires an email address, and rejects one that the provider reports as unverified. */
function byAddress(from: Settings, readBeside: ReadBeside): Lists[] {
  const written = from.list("email_domains");
  const file = from.text("authenticated_emails_file");
  const emails = file === undefined ? undefined : readEmails(from, file, readBeside);
  if (written.includes("*")) return [{ verified: true }];
  if (!from.has("email_domains") && file === undefined) {
    const message =
      "is missing, and so is authenticated_emails_file, so nothing defines who has access: add one of them (an alpha configuration has them in a second file: name that file too)";
    from.problem("email_domains", message);
  }
  const domains = written.flatMap((domain) => domainOf(from, domain));
  return [{ ...(from.has("email_domains") && { domains }), ...(emails && { emails }) }];
}

/** `.example.com` and `*.example.com` mean its subdomains; a value that is not a domain matches no address. */
function domainOf(from: Settings, written: string): string[] {
  if (/^\.[^.]/.test(written)) return [`*${written}`];
  if (/^(\*\.)?[^@*\s]+$/.test(written)) return [written];
  from.note(
    "left out",
    "email_domains",
    `"${written}" is not a domain and matches no email address; write a domain such as example.com`,
  );
  return [];
}

function readEmails(from: Settings, file: string, readBeside: ReadBeside): string[] {
  let text: string;
  try {
    text = readBeside(file);
  } catch (error) {
    from.problem("authenticated_emails_file", `"${file}" cannot be read: ${reasonsOf(error)}`);
    return [];
  }
  const emails: string[] = [];
  let fields: number | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    // oauth2-proxy reads the file as CSV and uses the first field. Lines of different lengths leave it without any address.
    const count = line.split(",").length;
    if (/^\s*(#|$)/.test(line)) continue;
    fields ??= count;
    if (count !== fields)
      from.problems.push({
        place: `${file}:${index + 1}`,
        message: `has ${count} fields, and the lines before it ${fields}, so oauth2-proxy reads no address of the file: write the addresses alone`,
      });
    const written = (line.split(",", 1)[0] ?? "").trim().replace(/^"(.*)"$/, "$1");
    if (written === "" || written.startsWith("#")) continue;
    const address = parseEmail(written)?.address;
    const fault =
      address === undefined
        ? "is not an email address: correct or remove the line"
        : hostOutsideAscii(written.slice(written.indexOf("@") + 1));
    if (fault !== undefined)
      from.problems.push({ place: `${file}:${index + 1}`, message: `"${written}" ${fault}` });
    else if (address !== undefined) emails.push(address);
  }
  from.note(
    "different",
    "authenticated_emails_file",
    `the addresses of "${file}" are now in access.emails: edit them there; changes take effect within seconds`,
  );
  return [...new Set(emails)];
}

/** The groups that oauth2-proxy itself requires at each kind of provider. */
function byGroup(from: Settings, kind: string): Lists[] {
  const demands: Lists[] = [groups(kind === "keycloak" ? ofKeycloak(from) : allowedGroups(from))];
  if (kind === "google") demands.push(groups(from.list("google_groups")));
  if (kind === "gitlab") demands.push(groups([...from.list("gitlab_groups"), ...projects(from)]));
  if (kind === "github" || kind === "gitea") demands.push(...gitHub(from, kind));
  if (kind === "bitbucket") {
    const team = from.text("bitbucket_workspace") ?? from.text("bitbucket_team");
    const repository = from.text("bitbucket_repository");
    demands.push(groups(team === undefined ? [] : [team]));
    demands.push(groups(repository === undefined ? [] : [`repo:${repository}`]));
  }
  return demands.filter((lists) => Object.keys(lists).length > 0);
}

function allowedGroups(from: Settings): readonly string[] {
  return from.list("allowed_groups");
}

/** The older `keycloak` looks at its own groups in the place of all others, `keycloak-oidc` at the others alone. */
function ofKeycloak(from: Settings): readonly string[] {
  if (from.text("provider") === "keycloak") {
    const own = from.list("keycloak_groups");
    return own.length > 0 ? own : allowedGroups(from);
  }
  return [...allowedGroups(from), ...from.list("allowed_roles").map((role) => `role:${role}`)];
}

function groups(names: readonly string[]): Lists {
  return names.length === 0 ? {} : { groups: [...new Set(names)] };
}

function projects(from: Settings): string[] {
  return from.list("gitlab_projects").map((project) => `project:${project.replace(/=.*$/, "")}`);
}

/**
 * A listed user has access; otherwise the team or the organisation decides, and without an organisation also the
 * repository. Users alone leave a team without effect.
 */
function gitHub(from: Settings, kind: string): Lists[] {
  const [org, repo] = [from.text("github_org"), from.text("github_repo")];
  const users = from.list("github_users");
  const isByUser = users.length > 0 && org === undefined && repo === undefined;
  const teams = isByUser ? [] : teamsOf(from, org);
  if (org !== undefined && repo !== undefined)
    from.note(
      "left out",
      "github_repo",
      `"${repo}" is ignored, as in oauth2-proxy: if github_org is set too, only github_org counts`,
    );
  if (from.text("github_token") !== undefined) from.note("different", "github_token", ownToken);
  if (org !== undefined || teams.length > 0) from.note("different", "github_org", letterByLetter);
  const ofOrg = org === undefined ? [] : [org];
  const ofRepo = repo === undefined ? [] : [`repo:${repo}`];
  const found = [teams, ofOrg].find((names) => names.length > 0) ?? ofRepo;
  const isBoth = org === undefined && repo !== undefined && teams.length > 0;
  if (isBoth && users.length > 0) from.problem("github_team", notBoth);
  const login = kind === "gitea" ? "preferred_username" : "login";
  const first = { ...groups(found), ...(users.length > 0 && { claims: { [login]: users } }) };
  return isBoth ? [first, groups(ofRepo)] : [first];
}

const notBoth =
  "with github_repo and github_users it means the users, or else both the team and the repository, which access cannot say: keep two of the three";

const ownToken =
  "doorward checks the repository with the visitor's own token: accounts that may push to it (or pull, if it is private) have access";
const letterByLetter =
  "organisations and teams are case-sensitive: spell them exactly as GitHub does";

function teamsOf(from: Settings, org: string | undefined): string[] {
  const written = (from.text("github_team") ?? "").split(",").map((team) => team.trim());
  return written
    .filter((team) => team !== "")
    .map((team) => {
      if (team.includes(":")) {
        const elsewhere = `"${team}" names an organisation beside github_org, and matches no team there: write the team alone`;
        if (org !== undefined) from.problem("github_team", elsewhere);
        return team;
      }
      const message = `"${team}" has no organisation: set github_org, or write org:${team}`;
      if (org === undefined) from.problem("github_team", message);
      return `${org}:${team}`;
    });
}
