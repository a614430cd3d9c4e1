import { hostnameOf, type ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { copyString } from "../memory/recent-cache.ts";
import type { Condition } from "./conditions.ts";
import { parsePathPattern } from "./path-pattern.ts";
import type { PathReadings } from "./path-readings.ts";
import type { Rule } from "./rules.ts";

/**
 * The rules that may concern a host, in their order; with a path, those that may concern that too. Both are
 * looked up, not searched.
 */
export type RulesOfHost = (request: ForwardedRequest, path?: PathReadings) => readonly Rule[];

export function indexByHost(rules: readonly Rule[]): RulesOfHost {
  const byName = new Map<string, number[]>();
  const anywhere: number[] = [];
  for (const [index, { config }] of rules.entries()) {
    if (config.host === undefined) anywhere.push(index);
    for (const pattern of config.host ?? []) {
      const { name } = parseHostPattern(pattern);
      byName.set(name, [...(byName.get(name) ?? []), index]);
    }
  }
  const remembered = { http: new Map<string, HostRules>(), https: new Map<string, HostRules>() };

  return (request, path) => {
    const byHost = remembered[request.scheme];
    let hostRules = byHost.get(request.host);
    if (hostRules === undefined) {
      const named = namesFor(request).flatMap((name) => byName.get(name) ?? []);
      const indexes = [...new Set([...anywhere, ...named])].toSorted((one, other) => one - other);
      hostRules = groupByFirstSegment(
        indexes.map((index) => forPort(rules[index] as Rule, request)),
      );
      if (byHost.size >= 10_000) byHost.clear(); // a wildcard's hosts are a visitor's to make up
      byHost.set(copyString(request.host), hostRules);
    }
    // A path that servers read in several ways may concern any of them.
    if (path === undefined || path.isTreacherous || path.readings.length !== 1)
      return hostRules.all;
    return hostRules.byFirstSegment.get(path.readings[0]?.[0] ?? "") ?? hostRules.others;
  };
}

/** Every pattern that would name this host: itself, and a star for each of its labels but the first. */
function namesFor(request: ForwardedRequest): string[] {
  const hostname = hostnameOf(request);
  const labels = hostname.split(".");
  return [hostname, ...labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join(".")}`)];
}

/** `app.example.com:8443` is a name and a port; without one it is the scheme's own. */
function parseHostPattern(pattern: string): { name: string; port: string } {
  const [, name = pattern, port = ""] = /^(.*?)(?::(\d+))?$/.exec(pattern) ?? [];
  return { name, port };
}

const onAnotherPort: Condition = { name: "host", match: () => "maybe" };

/**
 * Proxies choose the app by the name, and many pass on whatever port the visitor wrote. So another port may
 * be another app, or the visitor's way around this very rule: it may match.
 */
function forPort(rule: Rule, request: ForwardedRequest): Rule {
  const { host } = rule.config;
  if (host === undefined) return rule;
  const names = namesFor(request);
  const port = request.host.slice(hostnameOf(request).length + 1);
  const ownPort = request.scheme === "https" ? "443" : "80";
  const isSame = host
    .map(parseHostPattern)
    .some(
      (pattern) =>
        names.includes(pattern.name) &&
        (pattern.port === port || (port === "" && pattern.port === ownPort)),
    );
  return isSame ? rule : { ...rule, conditions: [...rule.conditions, onAnotherPort] };
}

/** A host's rules, by the first segment of the paths that they name. */
interface HostRules {
  readonly all: readonly Rule[];
  readonly byFirstSegment: ReadonlyMap<string, readonly Rule[]>;
  /** Where no rule names the first segment: what is about any path. */
  readonly others: readonly Rule[];
}

const any: ReadonlySet<string> = new Set(["*", "**"]);

function groupByFirstSegment(all: readonly Rule[]): HostRules {
  const withFirstSegments = all.map((rule) => ({
    rule,
    firstSegments: rule.config.path?.map((written) => parsePathPattern(written)[0] ?? "") ?? ["**"],
  }));
  const about = (...names: string[]) =>
    withFirstSegments
      .filter(({ firstSegments }) => firstSegments.some((first) => names.includes(first)))
      .map(({ rule }) => rule);
  const literals = new Set(
    withFirstSegments.flatMap(({ firstSegments }) => firstSegments),
  ).difference(any);
  return {
    all,
    byFirstSegment: new Map([...literals].map((first) => [first, about(first, ...any)])),
    others: about(...any),
  };
}
