import type { RuleConfig } from "../config/rule-schema.ts";
import { createAddressRanges, type AddressRanges } from "../forwarded/address-ranges.ts";
import { hostnameOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { matchesPath, parsePathPattern, type PathPattern } from "./path-pattern.ts";
import { readPath, type PathReadings } from "./path-readings.ts";

/** A rule of the configuration, made ready to be asked of every request. */
export interface Rule {
  /** Where it stands in the configuration: `rules.3`. */
  readonly name: string;
  readonly config: RuleConfig;
  readonly conditions: readonly Condition[];
}

/** `maybe`: some servers would read the request so, and others not. */
export type Match = "yes" | "no" | "maybe";

/** What conditions look at, beyond the request itself. */
export interface Circumstances {
  readonly request: ForwardedRequest;
  readonly address: string | undefined;
  /** The provider of the session, if there is one. */
  readonly provider: string | undefined;
  readonly isPreflight: boolean;
  /** Read once a request, and only where a rule asks for it. */
  path?: PathReadings;
}

/** One condition of a rule: its name in the configuration, and whether a request meets it. */
export interface Condition {
  readonly name: "path" | "methods" | "query" | "ip" | "provider";
  match(circumstances: Circumstances): Match;
}

/** The rules that may concern a host, in their order. Hosts are looked up, not searched. */
export type RulesOfHost = (request: ForwardedRequest) => readonly Rule[];

export function compileRules(configs: readonly RuleConfig[]): Rule[] {
  return configs.map(compile);
}

export function indexByHost(rules: readonly Rule[]): RulesOfHost {
  const byHost = new Map<string, number[]>();
  const anywhere: number[] = [];
  for (const [
    index,
    {
      config: { host },
    },
  ] of rules.entries()) {
    if (host === undefined) anywhere.push(index);
    for (const pattern of host ?? []) byHost.set(pattern, [...(byHost.get(pattern) ?? []), index]);
  }
  const remembered = new Map<string, readonly Rule[]>();

  return (request) => {
    const key = `${request.scheme}:${request.host}`;
    let found = remembered.get(key);
    if (found === undefined) {
      const indexes = [
        ...new Set([...anywhere, ...patternsOf(request).flatMap((name) => byHost.get(name) ?? [])]),
      ];
      found = indexes.toSorted((one, other) => one - other).map((index) => rules[index] as Rule);
      if (remembered.size >= 10_000) remembered.clear(); // a wildcard's hosts are a visitor's to make up
      remembered.set(key, found);
    }
    return found;
  };
}

/** Every pattern that would name this host: itself, and a star for each of its labels but the last. */
function patternsOf(request: ForwardedRequest): string[] {
  const hostname = hostnameOf(request);
  const port = request.host.slice(hostname.length);
  const labels = hostname.split(".");
  const stars = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join(".")}${port}`);
  // A pattern may spell out the port that its scheme has anyway.
  const names = [request.host, ...stars];
  return port === ""
    ? [...names, ...names.map((name) => `${name}:${request.scheme === "https" ? 443 : 80}`)]
    : names;
}

function compile(config: RuleConfig, index: number): Rule {
  const { path, methods, query, ip, provider } = config;
  const conditions: (Condition | undefined)[] = [
    methods && {
      name: "methods",
      match: ({ request }) => toMatch(methods.includes(request.method)),
    },
    path && pathCondition(path.map(parsePathPattern)),
    query && { name: "query", match: ({ request }) => matchQuery(query, request.uri) },
    ip && addressCondition(createAddressRanges(ip)),
    provider && {
      name: "provider",
      match: (given) => toMatch(given.provider !== undefined && provider.includes(given.provider)),
    },
  ];
  return {
    name: `rules.${index}`,
    config,
    conditions: conditions.filter((condition) => condition !== undefined),
  };
}

function pathCondition(patterns: readonly PathPattern[]): Condition {
  const matchesAny = (segments: readonly string[]) =>
    patterns.some((pattern) => matchesPath(pattern, segments));
  return {
    name: "path",
    match(given) {
      const { readings } = pathOf(given);
      if (readings.every(matchesAny)) return "yes";
      return readings.some(matchesAny) ? "maybe" : "no";
    },
  };
}

export function pathOf(given: Circumstances): PathReadings {
  given.path ??= readPath(given.request.uri);
  return given.path;
}

function addressCondition(isWithin: AddressRanges): Condition {
  return { name: "ip", match: ({ address }) => toMatch(isWithin(address)) };
}

function matchQuery(wanted: readonly string[], uri: string): Match {
  const mark = uri.indexOf("?");
  if (mark === -1) return "no";
  const query = new URLSearchParams(uri.slice(mark + 1));
  let best: Match = "no";
  for (const written of wanted) {
    const match = matchParameter(query, written);
    if (match === "yes") return "yes";
    if (match === "maybe") best = "maybe";
  }
  return best;
}

/** `name`, or `name=value`. Of a name that stands twice some servers read the first, others the last. */
function matchParameter(query: URLSearchParams, written: string): Match {
  const equals = written.indexOf("=");
  if (equals === -1) return toMatch(query.has(written));
  const values = query.getAll(written.slice(0, equals));
  const hits = values.filter((value) => value === written.slice(equals + 1)).length;
  if (hits === 0) return "no";
  return hits === values.length ? "yes" : "maybe";
}

function toMatch(isMet: boolean): Match {
  return isMet ? "yes" : "no";
}

/** Whether a rule concerns a request, and if not, which condition says so. */
export function matchRule(
  rule: Rule,
  given: Circumstances,
): { match: Match; failed?: Condition["name"] } {
  let match: Match = "yes";
  for (const condition of rule.conditions) {
    const one = condition.match(given);
    if (one === "no") return { match: "no", failed: condition.name };
    if (one === "maybe") match = "maybe";
  }
  // What servers disagree about opens nothing, not even for a rule that does not look at the path.
  if (rule.config.allow === "public" && pathOf(given).isTreacherous)
    return { match: "no", failed: "path" };
  return { match };
}
