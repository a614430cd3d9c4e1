import { parseEmail } from "../../identity/email.ts";
import { reasonsOf } from "../../observe/log.ts";
import type { ImportedProvider } from "./provider.ts";
import type { Settings } from "./settings.ts";

/** Lists of which one must name somebody. */
export interface Lists {
  readonly domains?: readonly string[];
  readonly emails?: readonly string[];
  readonly groups?: readonly string[];
  readonly claims?: Readonly<Record<string, readonly string[]>>;
}

/** Who may pass, and whether that can be said in `access`; claims are for rules alone. */
export interface ImportedAccess {
  readonly access: Record<string, unknown>;
  readonly isForRule: boolean;
}

/** Reads a file that another one names; throws as `readFileSync` does. */
export type ReadBeside = (path: string) => string;

/** oauth2-proxy asks for an address of its lists, and for the provider's groups, all of them. */
export function importAccess(
  from: Settings,
  { kind }: ImportedProvider,
  readBeside: ReadBeside,
): ImportedAccess {
  const demands = [...byAddress(from, readBeside), ...byGroup(from, kind)];
  const isForRule = demands.some(({ claims }) => claims !== undefined);
  const [only, ...more] = demands;
  if (only === undefined) {
    const message =
      "whoever can sign in at the provider passes (access.anyone), and at most providers that is everybody in the world; here even those without a verified address";
    from.note("to do", "email_domains", message);
    return { access: { anyone: true }, isForRule };
  }
  return { access: more.length === 0 ? { ...only } : { all: demands }, isForRule };
}

/** No demand where any address does. */
function byAddress(from: Settings, readBeside: ReadBeside): Lists[] {
  const written = from.list("email_domains");
  const file = from.text("authenticated_emails_file");
  const emails = file === undefined ? undefined : readEmails(from, file, readBeside);
  if (written.includes("*")) return [];
  if (!from.has("email_domains") && file === undefined) {
    const message =
      "is missing, and so is authenticated_emails_file: who may pass stands in neither (an alpha configuration has them in its other file: name that too)";
    from.problem("email_domains", message);
  }
  const domains = written.flatMap((domain) => domainOf(from, domain));
  return [{ ...(from.has("email_domains") && { domains }), ...(emails && { emails }) }];
}

/** `.example.com` means what is beneath it; whatever else is no domain matches nobody. */
function domainOf(from: Settings, written: string): string[] {
  if (/^\.[^.]/.test(written)) return [`*${written}`];
  if (/^[^@*\s]+$/.test(written)) return [written];
  from.note("left out", "email_domains", `"${written}" is the end of nobody's address`);
  return [];
}

function readEmails(from: Settings, file: string, readBeside: ReadBeside): string[] {
  let text: string;
  try {
    text = readBeside(file);
  } catch (error) {
    from.problem("authenticated_emails_file", `cannot be read: ${reasonsOf(error)}`);
    return [];
  }
  const emails: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    // It reads the file as one of commas, and takes the first field.
    const written = (line.split(",", 1)[0] ?? "").trim().replace(/^"(.*)"$/, "$1");
    if (written === "" || written.startsWith("#")) continue;
    const address = parseEmail(written)?.address;
    if (address !== undefined) emails.push(address);
    else
      from.problems.push({
        place: `${file}:${index + 1}`,
        message: `"${written}" is no email address`,
      });
  }
  from.note(
    "different",
    "authenticated_emails_file",
    "its addresses stand in the configuration now; a change there takes effect within seconds",
  );
  return [...new Set(emails)];
}

/** The demands on groups, by what oauth2-proxy itself asks for at each kind of provider. */
function byGroup(from: Settings, kind: string): Lists[] {
  const allowed = from.list("allowed_groups");
  const roles = from.list("allowed_roles").map((role) => `role:${role}`);
  const demands: Lists[] = [
    groups([
      ...allowed,
      ...(kind === "keycloak" ? [...roles, ...from.list("keycloak_groups")] : []),
    ]),
  ];
  if (kind === "google") demands.push(groups(from.list("google_groups")));
  if (kind === "gitlab") demands.push(groups([...from.list("gitlab_groups"), ...projects(from)]));
  if (kind === "github" || kind === "gitea") demands.push(gitHub(from, kind));
  if (kind === "bitbucket") {
    const [team, repository] = [from.text("bitbucket_team"), from.text("bitbucket_repository")];
    demands.push(groups(team === undefined ? [] : [team]));
    demands.push(groups(repository === undefined ? [] : [`repo:${repository}`]));
  }
  return demands.filter((lists) => Object.keys(lists).length > 0);
}

function groups(names: readonly string[]): Lists {
  return names.length === 0 ? {} : { groups: [...new Set(names)] };
}

function projects(from: Settings): string[] {
  return from.list("gitlab_projects").map((project) => `project:${project.replace(/=.*$/, "")}`);
}

/** Names of people suffice; else the team of the organisation, the organisation, or the repository. */
function gitHub(from: Settings, kind: string): Lists {
  const [org, repo] = [from.text("github_org"), from.text("github_repo")];
  const users = from.list("github_users");
  const teams = teamsOf(from, org);
  if (org !== undefined && repo !== undefined)
    from.note("left out", "github_repo", "where both are set, github_org alone is asked for");
  if (from.text("github_token") !== undefined) from.note("different", "github_token", ownToken);
  if (org !== undefined || teams.length > 0) from.note("different", "github_org", letterByLetter);
  const ofOrg = org === undefined ? [] : [org];
  const ofRepo = repo === undefined ? [] : [`repo:${repo}`];
  const found = [teams, ofOrg].find((names) => names.length > 0) ?? ofRepo;
  const login = kind === "gitea" ? "preferred_username" : "login";
  return { ...groups(found), ...(users.length > 0 && { claims: { [login]: users } }) };
}

const ownToken =
  "the repository is asked with the person's own token: who may push there, or pull if it is private, passes";
const letterByLetter =
  "organisations and teams are compared letter by letter, as GitHub spells them";

function teamsOf(from: Settings, org: string | undefined): string[] {
  const written = (from.text("github_team") ?? "").split(",").map((team) => team.trim());
  return written
    .filter((team) => team !== "")
    .map((team) => {
      if (team.includes(":")) return team;
      const message = `"${team}" is of no organisation: set github_org, or write org:${team}`;
      if (org === undefined) from.problem("github_team", message);
      return `${org}:${team}`;
    });
}
