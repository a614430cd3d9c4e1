import type { RuleConfig } from "./rule-schema.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { pathOf, queryOf, type Circumstances } from "./request-facts.ts";
import { toMatch, type Match } from "./match.ts";
import { matchesPath, parsePathPattern, type PathPattern } from "./path-pattern.ts";
import { matchParameter } from "./query-readings.ts";

/** One condition of a rule: its name in the configuration, and whether a request meets it. */
export interface Condition {
  readonly name: "host" | "path" | "methods" | "query" | "ip" | "provider";
  match(circumstances: Circumstances): Match;
}

/** A rule's conditions but for its host, which is looked up. The cheap ones come first. */
export function conditionsOf({
  path,
  methods,
  query,
  ip,
  provider,
}: Pick<RuleConfig, "path" | "methods" | "query" | "ip" | "provider">): Condition[] {
  const conditions: (Condition | undefined)[] = [
    methods && { name: "methods", match: ({ request }) => matchMethod(methods, request.method) },
    path && pathCondition(path.map(parsePathPattern)),
    query && { name: "query", match: (given) => matchQuery(query, given) },
    ip && addressCondition(ip),
    provider && {
      name: "provider",
      match: (given) => toMatch(given.provider !== undefined && provider.includes(given.provider)),
    },
  ];
  return conditions.filter((condition) => condition !== undefined);
}

/** Methods are case-sensitive (RFC 9110 §9.1), and some servers do not know it. */
function matchMethod(methods: readonly string[], method: string): Match {
  if (methods.includes(method)) return "yes";
  return methods.includes(method.toUpperCase()) ? "maybe" : "no";
}

function pathCondition(patterns: readonly PathPattern[]): Condition {
  const matchesAny = (segments: readonly string[]) => {
    for (const pattern of patterns) if (matchesPath(pattern, segments)) return true;
    return false;
  };
  return {
    name: "path",
    match(given) {
      const { readings } = pathOf(given);
      if (readings.length === 0) return "maybe"; // too long to be read in every way
      if (readings.length === 1) return toMatch(matchesAny(readings[0] as readonly string[]));
      if (readings.every(matchesAny)) return "yes";
      return readings.some(matchesAny) ? "maybe" : "no";
    },
  };
}

function matchQuery(wanted: readonly string[], given: Circumstances): Match {
  let best: Match = "no";
  for (const written of wanted) {
    const match = matchParameter(queryOf(given), written);
    if (match === "yes") return "yes";
    if (match === "maybe") best = "maybe";
  }
  return best;
}

function addressCondition(ranges: readonly string[]): Condition {
  const isWithin = createAddressRanges(ranges);
  return { name: "ip", match: ({ address }) => toMatch(isWithin(address)) };
}
