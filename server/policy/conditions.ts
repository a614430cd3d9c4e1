import type { RuleConfig } from "./rule-schema.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { pathOf, queryOf, type RequestFacts } from "./request-facts.ts";
import { type Match, matchParameter, toMatch } from "./query-readings.ts";
import { matchesPath, parsePathPattern, type PathPattern } from "./path-pattern.ts";

/** One condition of a rule: its name in the configuration, and whether a request meets it. */
export interface Condition {
  readonly name: "host" | "path" | "methods" | "query" | "ip" | "provider";
  match(facts: RequestFacts): Match;
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
    query && { name: "query", match: (facts) => matchQuery(query, facts) },
    ip && addressCondition(ip),
    provider && {
      name: "provider",
      match: (facts) => toMatch(facts.provider !== undefined && provider.includes(facts.provider)),
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
    match(facts) {
      const { readings } = pathOf(facts);
      if (readings.length === 0) return "maybe"; // too long to be read in every way
      if (readings.length === 1) return toMatch(matchesAny(readings[0] as readonly string[]));
      if (readings.every(matchesAny)) return "yes";
      return readings.some(matchesAny) ? "maybe" : "no";
    },
  };
}

function matchQuery(wanted: readonly string[], facts: RequestFacts): Match {
  let best: Match = "no";
  for (const written of wanted) {
    const match = matchParameter(queryOf(facts), written);
    if (match === "yes") return "yes";
    if (match === "maybe") best = "maybe";
  }
  return best;
}

function addressCondition(ranges: readonly string[]): Condition {
  const isWithin = createAddressRanges(ranges);
  return { name: "ip", match: ({ address }) => toMatch(isWithin(address)) };
}
