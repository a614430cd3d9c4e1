import { exactPathFault } from "./path-pattern.ts";

/** The host and the path of the resource that a rule protects. */
export interface ResourcePlace {
  /** As the rule has it, in lower case. */
  readonly host: string;
  /** Without the wildcard of the rule and without a slash at its end: "" or "/mcp". */
  readonly path: string;
}

/** The settings of a rule that determine its resource. */
interface Written {
  readonly host?: readonly string[] | undefined;
  readonly path?: readonly string[] | undefined;
  readonly exactPath?: readonly string[] | undefined;
}

/** Why the settings of a rule name no single resource, and the setting to change. */
interface PlaceFault {
  readonly setting: "host" | "path" | "exactPath";
  readonly problem: string;
}

/** The resource of a rule: one identifier, because a client compares it (RFC 9728 §3.3) and a token names it. */
export function resourcePlaceOf(written: Written): ResourcePlace | PlaceFault {
  const { host: hosts = [], path = [], exactPath = [] } = written;
  const [host] = hosts;
  if (host === undefined || hosts.length > 1 || host.startsWith("*"))
    return { setting: "host", problem: `must be one host, ${oneRule}` };
  const paths = [...path, ...exactPath];
  const setting = path.length > 0 ? "path" : "exactPath";
  if (paths.length > 1) return { setting, problem: `must be one path, ${oneRule}` };
  const [pattern = ""] = paths;
  const bare = setting === "path" ? pattern.replace(/\/\*{0,2}$/, "") : pattern;
  const fault = bare === "" ? undefined : bareFault(bare);
  if (fault !== undefined) return { setting, problem: fault };
  return { host: host.toLowerCase(), path: bare };
}

const oneRule =
  "because with `bearer.metadata` a rule has one resource identifier (RFC 9728): write one rule for each";

function bareFault(path: string): string | undefined {
  if (path.includes("*"))
    return "has a * before its end, and `bearer.metadata` needs one address: use a path such as /mcp/**";
  if (path === "/") return "is the root, whose resource identifier has no path: use `path: /`";
  if (path.endsWith("/"))
    return "ends with a slash, which clients leave out of a resource identifier: use it without";
  return exactPathFault(path);
}
