import type { ForwardedRequest } from "../forwarded/forwarded-request.ts";
import { copyString } from "../memory/recent-cache.ts";
import type { Condition } from "./conditions.ts";
import { parseHostPattern, patternNamesFor } from "./host-pattern.ts";
import { parsePathPattern } from "./path-pattern.ts";
import type { PathReadings } from "./path-readings.ts";
import type { Rule } from "./rules.ts";

/**
 * The rules that may concern a host, in their order; with a path, those that may concern that too. Both are
 * looked up, not searched. Of these rules the host condition has been evaluated already.
 */
export type RulesOfHost = (request: ForwardedRequest, path?: PathReadings) => readonly Rule[];

export function indexByHost(rules: readonly Rule[]): RulesOfHost {
  const byName = new Map<string, number[]>();
  const forAnyHost: number[] = [];
  for (const [index, { config }] of rules.entries()) {
    if (config.host === undefined) forAnyHost.push(index);
    for (const pattern of config.host ?? []) {
      const { name } = parseHostPattern(pattern);
      byName.set(name, [...(byName.get(name) ?? []), index]);
    }
  }
  const indexed = rules.map(splitHost);
  const known = { http: new Map<string, HostRules>(), https: new Map<string, HostRules>() };

  return (request, path) => {
    const byHost = known[request.scheme];
    let hostRules = byHost.get(request.host);
    if (hostRules === undefined) {
      const named = patternNamesFor(request).flatMap((name) => byName.get(name) ?? []);
      const indexes = [...new Set([...forAnyHost, ...named])].toSorted((one, other) => one - other);
      const concerned = indexes.flatMap((index) => matchedBy(indexed[index], request) ?? []);
      hostRules = groupByFirstSegment(concerned);
      if (byHost.size >= 10_000) byHost.clear(); // visitors can make up any number of hosts for a wildcard
      byHost.set(copyString(request.host), hostRules);
    }
    // A path that servers read in several ways may concern any of the rules.
    if (path === undefined || path.isTreacherous || path.readings.length !== 1)
      return hostRules.all;
    return hostRules.byFirstSegment.get(path.readings[0]?.[0] ?? "") ?? hostRules.others;
  };
}

/** A rule without its host condition, and that condition. */
interface SplitRule {
  readonly host: Condition | undefined;
  readonly rule: Rule;
}

function splitHost(rule: Rule): SplitRule {
  const host = rule.conditions.find(({ name }) => name === "host");
  if (host === undefined) return { host, rule };
  return { host, rule: { ...rule, conditions: rule.otherConditions } };
}

const onAnotherPort: Condition = { name: "host", needs: "request", match: () => "maybe" };

function matchedBy(split: SplitRule | undefined, request: ForwardedRequest): Rule | undefined {
  if (split === undefined) return undefined;
  const { host, rule } = split;
  const facts = { request, address: undefined, provider: undefined, isPreflight: false };
  const match = host?.match(facts) ?? "yes";
  if (match === "no") return undefined;
  return match === "yes" ? rule : { ...rule, conditions: [...rule.conditions, onAnotherPort] };
}

/** A host's rules, by the first segment of the paths that they name. */
interface HostRules {
  readonly all: readonly Rule[];
  readonly byFirstSegment: ReadonlyMap<string, readonly Rule[]>;
  /** The rules for any path: for a first segment that no rule names. */
  readonly others: readonly Rule[];
}

const wildcards: ReadonlySet<string> = new Set(["*", "**"]);

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
  ).difference(wildcards);
  return {
    all,
    byFirstSegment: new Map([...literals].map((first) => [first, about(first, ...wildcards)])),
    others: about(...wildcards),
  };
}
