import * as v from "valibot";
import { isMet, type StepUp } from "../identity/step-up.ts";
import { duration } from "../values/duration.ts";
import { oneOrMore } from "../values/leaves.ts";
import { isListed, notListed } from "./access.ts";
import { ruleAccess, type Access } from "./access-schema.ts";
import type { Decision, Visitor } from "./decision.ts";
import { denialBy } from "./gaps.ts";
import { pathOf, type RequestFacts } from "./request-facts.ts";

/** What an outcome may look at once its rule matches. */
interface MatchedRule {
  /** The rule's name. */
  readonly rule: string;
  /** The site's `access`. */
  readonly access: Access | undefined;
  readonly facts: RequestFacts;
  readonly visitor: Visitor;
}

/** Decides, or leaves the decision to the outcomes after it. */
type Step = (matched: MatchedRule) => Decision | undefined;

interface OutcomeKind<Schema extends v.GenericSchema = v.GenericSchema> {
  /** Its form in the configuration. */
  readonly schema: Schema;
  /** Prepares the configured value, if there is one; undefined = no step is needed. */
  compile(written: v.InferOutput<Schema> | undefined): Step | undefined;
  /** What it demands of the sign-in. All demands of a rule are checked together, after every step. */
  stepUp?(written: v.InferOutput<Schema>): Partial<StepUp>;
}

function kind<Schema extends v.GenericSchema>(entry: OutcomeKind<Schema>): OutcomeKind<Schema> {
  return entry;
}

/** OpenID Connect Core §3.1.2.1 separates several values by spaces, so a value with a space could not be requested. */
const acrValue = v.pipe(
  v.string(),
  v.regex(/^\S+$/, "is not an acr value: use one value without spaces, and a list for several"),
);

const allow = v.lazy((written) =>
  typeof written === "string" ? v.picklist(["public", "signed-in"]) : ruleAccess,
);

/**
 * What a rule can decide once it matches, in the order of the steps. This table is the only list of outcomes: the
 * schema, the faults that name them and the decision derive from it.
 */
const outcomeKinds = {
  deny: kind({
    schema: v.literal(true),
    compile: (written) =>
      written &&
      (({ rule }) => ({
        verdict: "deny",
        rule,
        reason: "the rule denies every request",
        code: "rule_denies",
      })),
  }),
  preflight: kind({
    schema: v.picklist(["allow"]),
    compile: (written) =>
      written &&
      (({ rule, facts }) =>
        facts.isPreflight && !pathOf(facts).isTreacherous
          ? { verdict: "allow", rule, showing: "nothing" }
          : undefined),
  }),
  allow: kind({
    schema: allow,
    compile(written) {
      if (written === "public")
        return ({ rule }) => ({ verdict: "allow", rule, showing: "identity" });
      return ({ rule, access, visitor: { identity } }) => {
        if (identity === undefined) return { verdict: "challenge", rule };
        const list = written ?? access;
        if (list === "signed-in" || isListed(list, identity)) return undefined;
        return { verdict: "deny", rule, reason: notListed, ...denialBy(identity, [list]) };
      };
    },
  }),
  maxAge: kind({
    schema: duration,
    compile: () => undefined,
    stepUp: (maxAgeMs) => ({ maxAgeMs }),
  }),
  acr: kind({
    schema: v.pipe(
      oneOrMore(acrValue),
      v.maxLength(10, "has more than 10 values: keep at most 10"),
    ),
    compile: () => undefined,
    stepUp: (acr) => ({ acr }),
  }),
};

type Kinds = typeof outcomeKinds;
type OutcomeName = keyof Kinds;
type Written = { readonly [Name in OutcomeName]: v.InferOutput<Kinds[Name]["schema"]> };

/** The outcome of a rule as the configuration has it. */
type OutcomeConfig = { readonly [Name in OutcomeName]?: Written[Name] | undefined };

export const outcomeNames = Object.keys(outcomeKinds) as readonly OutcomeName[];

/** The part of a rule's schema that holds its outcome. */
export const outcomeEntries = Object.fromEntries(
  outcomeNames.map((name) => [name, v.optional(outcomeKinds[name].schema)]),
) as { readonly [Name in OutcomeName]: v.OptionalSchema<Kinds[Name]["schema"], undefined> };

/** What follows where a rule matches. Rules with equal outcomes share one object. */
export interface Outcome {
  /** Its own among the outcomes of a configuration, from 1 on. */
  readonly number: number;
  /** The outcome needs no sign-in. */
  readonly isPublic: boolean;
  readonly steps: readonly Step[];
  readonly stepUp: StepUp;
}

/** Typed by the table, so that a kind is compiled with the output of its own schema. */
const compilers: {
  readonly [Name in OutcomeName]: {
    compile(written: Written[Name] | undefined): Step | undefined;
    stepUp?(written: Written[Name]): Partial<StepUp>;
  };
} = outcomeKinds;

/** `unknown`: settings of the rule that the code does not know. The rule then denies whatever it may match. */
export function compileOutcome(
  number: number,
  config: OutcomeConfig,
  unknown: readonly string[],
): Outcome {
  if (unknown.length > 0)
    return { number, isPublic: false, steps: [unknownSettings(unknown)], stepUp: noStepUp };
  const demands = outcomeNames.map((name) => stepUpOf(name, config));
  return {
    number,
    isPublic: config.allow === "public",
    steps: outcomeNames.flatMap((name) => stepOf(name, config) ?? []),
    stepUp: Object.assign({}, noStepUp, ...demands),
  };
}

const noStepUp: StepUp = { maxAgeMs: undefined, acr: undefined };

function unknownSettings(names: readonly string[]): Step {
  const reason = `the rule has settings that this version does not know: ${names.join(", ")}`;
  return ({ rule }) => ({ verdict: "deny", rule, reason, code: "rule_unknown" });
}

function stepOf<Name extends OutcomeName>(name: Name, config: OutcomeConfig): Step | undefined {
  const written: OutcomeConfig[Name] = config[name];
  return compilers[name].compile(written);
}

function stepUpOf<Name extends OutcomeName>(name: Name, config: OutcomeConfig): Partial<StepUp> {
  const written: OutcomeConfig[Name] = config[name];
  return (written === undefined ? undefined : compilers[name].stepUp?.(written)) ?? {};
}

/** What a rule decides once it matches. */
export function applyOutcome({ steps, stepUp }: Outcome, matched: MatchedRule): Decision {
  for (const step of steps) {
    const decision = step(matched);
    if (decision !== undefined) return decision;
  }
  const { rule, visitor } = matched;
  if (isMet(stepUp, visitor.identity?.claims ?? {}, visitor.now)) return { verdict: "allow", rule };
  return { verdict: "challenge", rule, stepUp };
}
