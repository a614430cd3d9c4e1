import * as v from "valibot";
import { addressRangeFault, createAddressRanges } from "../http/address-ranges.ts";
import { checkedString, oneOrMore, text } from "../values/leaves.ts";
import { hostPattern, matchHost, parseHostPattern } from "./host-pattern.ts";
import {
  exactPathFault,
  matchesPath,
  parsePathPattern,
  pathPatternFault,
  type PathPattern,
} from "./path-pattern.ts";
import { matchParameter, toMatch, type Match } from "./query-readings.ts";
import { pathIn, pathOf, queryOf, type RequestFacts } from "./request-facts.ts";

/** What a condition reads: the visitor's request, their address, or the provider of their session. */
type Need = "request" | "address" | "provider";

interface ConditionKind<Schema extends v.GenericSchema = v.GenericSchema> {
  /** Its form in the configuration. */
  readonly schema: Schema;
  readonly needs: Need;
  /** Prepares the configured value once, for all requests. */
  compile(written: v.InferOutput<Schema>): (facts: RequestFacts) => Match;
}

function kind<Schema extends v.GenericSchema>(entry: ConditionKind<Schema>): ConditionKind<Schema> {
  return entry;
}

const method = v.pipe(
  v.string(),
  v.regex(/^[A-Z][A-Z-]{0,31}$/, "is not a method: use capital letters, such as GET"),
);

/**
 * The conditions that a rule can have; the cheap ones come first. This table is the only list of them: the schema, the
 * matching, the host index, `explain` and the rules for an unknown URL derive from it.
 */
export const conditionKinds = {
  host: kind({
    schema: oneOrMore(hostPattern),
    needs: "request",
    compile(written) {
      const patterns = written.map(parseHostPattern);
      return ({ request }) => matchHost(patterns, request);
    },
  }),
  methods: kind({
    schema: oneOrMore(method),
    needs: "request",
    compile:
      (methods) =>
      ({ request }) =>
        matchMethod(methods, request.method),
  }),
  path: kind({
    schema: oneOrMore(checkedString(pathPatternFault)),
    needs: "request",
    compile: (written) => pathMatcher(written.map(parsePathPattern)),
  }),
  exactPath: kind({
    schema: oneOrMore(checkedString(exactPathFault)),
    needs: "request",
    compile: exactPathMatcher,
  }),
  query: kind({
    schema: oneOrMore(text),
    needs: "request",
    compile: (parameters) => (facts) => matchQuery(parameters, facts),
  }),
  ip: kind({
    schema: oneOrMore(checkedString(addressRangeFault)),
    needs: "address",
    compile(ranges) {
      const isWithin = createAddressRanges(ranges);
      return ({ address }) => toMatch(isWithin(address));
    },
  }),
  provider: kind({
    schema: oneOrMore(text),
    needs: "provider",
    compile:
      (names) =>
      ({ provider }) =>
        toMatch(provider !== undefined && names.includes(provider)),
  }),
};

type Kinds = typeof conditionKinds;
type ConditionName = keyof Kinds;
type Written = { readonly [Name in ConditionName]: v.InferOutput<Kinds[Name]["schema"]> };

/** The conditions of a rule as the configuration has them. */
type ConditionConfig = { readonly [Name in ConditionName]?: Written[Name] | undefined };

export const conditionNames = Object.keys(conditionKinds) as readonly ConditionName[];

/** The part of a rule's schema that holds its conditions. */
export const conditionEntries = Object.fromEntries(
  conditionNames.map((name) => [name, v.optional(conditionKinds[name].schema)]),
) as { readonly [Name in ConditionName]: v.OptionalSchema<Kinds[Name]["schema"], undefined> };

/** One condition of a rule: its name in the configuration, and whether a request meets it. */
export interface Condition {
  readonly name: string;
  /** undefined = the code does not know the condition. */
  readonly needs: Need | undefined;
  match(facts: RequestFacts): Match;
}

export function conditionsOf(config: ConditionConfig): Condition[] {
  return conditionNames.flatMap((name) => conditionOf(name, config) ?? []);
}

/** Typed by the table, so that a kind is compiled with the output of its own schema. */
const compilers: {
  readonly [Name in ConditionName]: Pick<ConditionKind, "needs"> & {
    compile(written: Written[Name]): Condition["match"];
  };
} = conditionKinds;

function conditionOf<Name extends ConditionName>(
  name: Name,
  config: ConditionConfig,
): Condition | undefined {
  const written: ConditionConfig[Name] = config[name];
  if (written === undefined) return undefined;
  const { needs } = compilers[name];
  return { name, needs, match: compilers[name].compile(written) };
}

/**
 * A condition that the code does not know may match: its rule can then only restrict. That it never matches would be
 * too little, because a rule that denies would be ignored.
 */
export function unknownCondition(name: string): Condition {
  return { name, needs: undefined, match: () => "maybe" };
}

/** Methods are case-sensitive (RFC 9110 §9.1), and some servers ignore case. */
function matchMethod(methods: readonly string[], written: string): Match {
  if (methods.includes(written)) return "yes";
  return methods.includes(written.toUpperCase()) ? "maybe" : "no";
}

function pathMatcher(patterns: readonly PathPattern[]): Condition["match"] {
  const matchesAny = (segments: readonly string[]) => {
    for (const pattern of patterns) if (matchesPath(pattern, segments)) return true;
    return false;
  };
  return (facts) => {
    const { readings } = pathOf(facts);
    if (readings.length === 0) return "maybe"; // too long to be read in every way
    if (readings.length === 1) return toMatch(matchesAny(readings[0] as readonly string[]));
    if (readings.every(matchesAny)) return "yes";
    return readings.some(matchesAny) ? "maybe" : "no";
  };
}

/** A path that only some servers read as an exact one may match, so that no rule with `exactPath` is passed by. */
function exactPathMatcher(written: readonly string[]): Condition["match"] {
  const paths = new Set(written);
  const mayMatch = pathMatcher(written.map(parsePathPattern));
  return (facts) => {
    if (paths.has(pathIn(facts.request.uri))) return "yes";
    return mayMatch(facts) === "no" ? "no" : "maybe";
  };
}

function matchQuery(parameters: readonly string[], facts: RequestFacts): Match {
  let best: Match = "no";
  for (const parameter of parameters) {
    const match = matchParameter(queryOf(facts), parameter);
    if (match === "yes") return "yes";
    if (match === "maybe") best = "maybe";
  }
  return best;
}
