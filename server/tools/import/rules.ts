import { ConfigError } from "../../config/faults.ts";
import { parseUsers } from "../../credentials/users.ts";
import { reasonsOf } from "../../observe/log.ts";
import type { ImportedAccess, ReadBeside } from "./access.ts";
import { translateRegex } from "./route-pattern.ts";
import { present } from "./provider.ts";
import type { Settings } from "./settings.ts";
import { trustedAddresses } from "./trusted-addresses.ts";

interface ImportedRules {
  readonly rules: readonly Record<string, unknown>[];
  readonly users?: string;
  readonly trustedProxies?: readonly string[];
}

/** Rules in order: public routes and addresses, programs with passwords, then all other requests. */
export function importRules(
  from: Settings,
  { access, isForRule, groupsOfUsers }: ImportedAccess,
  readBeside: ReadBeside,
): ImportedRules {
  const addresses = trustedAddresses(from);
  const passwords = basic(from, groupsOfUsers, readBeside);
  const everywhere = present({
    allow: isForRule ? access : undefined,
    preflight: preflight(from),
    bearer: bearer(from),
  });
  return {
    ...addresses,
    ...(passwords && { users: passwords.users }),
    rules: [
      ...routes(from),
      ...addresses.rules,
      ...(passwords === undefined ? [] : [passwords.rule]),
      ...(Object.keys(everywhere).length === 0 ? [] : [everywhere]),
    ],
  };
}

/** `GET=^/health$`, `!=^/private`: a method, an optional negation, and the expression. */
function routes(from: Settings): Record<string, unknown>[] {
  const plain = from.list("skip_auth_regex").map((regex) => ["skip_auth_regex", regex] as const);
  const routed = from.list("skip_auth_routes").map((one) => ["skip_auth_routes", one] as const);
  return [...plain, ...routed].flatMap(([option, written]) => {
    const isRoute = option === "skip_auth_routes";
    const [, method = "", negation = "", regex = written] =
      (isRoute && /^([^!=]*)(!?)=(.*)$/s.exec(written)) || [];
    if (negation !== "" || (isRoute && written.includes("!="))) {
      from.note(
        "to do",
        option,
        `"${written}" makes every path public except some, and is not imported: write a rule with allow: public for each path that must be public`,
      );
      return [];
    }
    // oauth2-proxy compares the method with its blanks, so the route matched no request.
    if (method !== method.trim()) return [];
    return route(from, option, written, method.toUpperCase(), regex);
  });
}

function route(
  from: Settings,
  option: string,
  written: string,
  method: string,
  regex: string,
): Record<string, unknown>[] {
  const { paths, exactPaths, lost, nearest } = translateRegex(regex);
  const rule = (path: readonly string[], condition: "path" | "exactPath" = "path") => ({
    [condition]: path.length === 1 ? path[0] : path,
    ...(method !== "" && { methods: [method] }),
    allow: "public",
  });
  if (lost !== undefined) {
    const fix =
      nearest.length === 0
        ? "write a rule with allow: public and the paths that must be public"
        : `if the app serves nothing else there, write the rule ${JSON.stringify(rule(nearest)).replaceAll('"', "")}`;
    from.note("to do", option, `"${written}" ${lost}: it is not public now; ${fix}`);
  }
  const all = [...paths, ...exactPaths];
  if (all.length === 0) return [];
  const scope = paths.includes("/**")
    ? "makes every path public: remove its rule if that is not intended"
    : `makes ${all.join(", ")} public and nothing else (docs/rules.md#conditions)`;
  from.note("to do", option, `"${written}" ${scope}; ${notByAuth}`);
  return [
    ...(paths.length === 0 ? [] : [rule(paths)]),
    ...(exactPaths.length === 0 ? [] : [rule(exactPaths, "exactPath")]),
  ];
}

/** `/oauth2/auth` does not know the page: in oauth2-proxy's recipes a visitor can forge what describes it. */
const notByAuth =
  "a proxy that asks /oauth2/auth still requires a sign-in there, so let it ask /oauth2/verify (`doorward config nginx` prints how)";

/** oauth2-proxy passes every OPTIONS request; a rule passes only real preflights. */
function preflight(from: Settings): "allow" | undefined {
  if (!from.isOn("skip_auth_preflight")) return undefined;
  const message = `only real CORS preflights pass, which are OPTIONS with Origin and Access-Control-Request-Method; ${notByAuth}`;
  from.note("to do", "skip_auth_preflight", message);
  return "allow";
}

function bearer(from: Settings): Record<string, unknown> | undefined {
  const extra = from.list("extra_jwt_issuers");
  if (!from.isOn("skip_jwt_bearer_tokens")) {
    if (extra.length > 0)
      from.note(
        "left out",
        "extra_jwt_issuers",
        "has no effect without skip_jwt_bearer_tokens: remove it, or set that option",
      );
    return undefined;
  }
  const issuers = new Map<string, string[]>();
  for (const pair of extra) {
    const [issuer = "", audience = "", ...rest] = pair.split("=");
    if (issuer === "" || audience === "" || rest.length > 0)
      from.problem("extra_jwt_issuers", `"${pair}" is not of the form issuer=audience`);
    else issuers.set(issuer, [...(issuers.get(issuer) ?? []), audience]);
  }
  if (issuers.size > 0)
    from.note(
      "different",
      "extra_jwt_issuers",
      "tokens of these issuers must be RFC 9068 access tokens (typ: at+jwt): check what your issuer sends",
    );
  return present({
    idTokens: true,
    issuers:
      issuers.size === 0
        ? undefined
        : Array.from(issuers, ([issuer, audiences]) => ({ issuer, audiences })),
  });
}

/** htpasswd users belong to no provider; if groups are required, only htpasswd_user_groups count. */
function basic(from: Settings, required: readonly (readonly string[])[], readBeside: ReadBeside) {
  const users = from.text("htpasswd_file");
  const own = from.list("htpasswd_user_groups");
  if (users === undefined) return undefined;
  if (!required.every((groups) => groups.some((group) => own.includes(group)))) {
    from.note(
      "left out",
      "htpasswd_file",
      `no user of "${users}" is in a group that has access (htpasswd_user_groups)`,
    );
    return undefined;
  }
  from.note(
    "different",
    "htpasswd_file",
    `users of "${users}" can sign in as programs only, with HTTP Basic: doorward has no password form`,
  );
  for (const fault of faultsOf(users, readBeside)) from.note("to do", "htpasswd_file", fault);
  return { users, rule: { provider: "users", basic: true, allow: "signed-in" } };
}

function faultsOf(file: string, readBeside: ReadBeside): string[] {
  try {
    parseUsers(file, readBeside(file));
    return [];
  } catch (error) {
    if (error instanceof ConfigError)
      return error.faults.map(({ path, message }) => `${path} ${message}`);
    return [
      `"${file}" cannot be read here (${reasonsOf(error)}): check that its hashes are bcrypt or argon2id, because doorward accepts no others`,
    ];
  }
}
