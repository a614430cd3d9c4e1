import { sharing } from "../memory/sharing.ts";
import { conditionNames, conditionsOf, unknownCondition, type Condition } from "./conditions.ts";
import { compileOutcome, outcomeNames, type Outcome } from "./outcomes.ts";
import type { Match } from "./query-readings.ts";
import { pathOf, type RequestFacts } from "./request-facts.ts";
import { unknownSettings, type RuleConfig } from "./rule-schema.ts";

/** A rule of the configuration, compiled for every request. */
export interface Rule {
  /** Its place in the configuration: `rules.3`. */
  readonly name: string;
  readonly config: RuleConfig;
  readonly conditions: readonly Condition[];
  /** The conditions without the host, which the host index evaluates. */
  readonly otherConditions: readonly Condition[];
  readonly outcome: Outcome;
}

/** What decides a request: a rule, or `access` where no rule matches. */
export interface Decider {
  readonly name: string;
  readonly outcome: Outcome | "access";
}

export const accessDecides: Decider = { name: "access", outcome: "access" };

/** Equal conditions and equal outcomes of several rules are held once, so that they stay in the processor's cache. */
export function compileRules(configs: readonly RuleConfig[]): Rule[] {
  const sameConditions = sharing<readonly Condition[]>();
  const sameOutcome = sharing<Outcome>();
  let outcomes = 0;
  return configs.map((config, index) => {
    const unknown = unknownSettings(config);
    const others = { ...config, host: undefined };
    const otherConditions = sameConditions([settingsOf(others, conditionNames), unknown], () => [
      ...conditionsOf(others),
      ...unknown.map(unknownCondition),
    ]);
    return {
      name: `rules.${index}`,
      config,
      conditions: [...conditionsOf({ host: config.host }), ...otherConditions],
      otherConditions,
      outcome: sameOutcome([settingsOf(config, outcomeNames), unknown], () =>
        compileOutcome(++outcomes, config, unknown),
      ),
    };
  });
}

function settingsOf(config: RuleConfig, names: readonly (keyof RuleConfig)[]): unknown[] {
  return names.map((name) => config[name] ?? null);
}

/** Whether a rule concerns a request. */
export function matchRule(rule: Rule, facts: RequestFacts): Match {
  let match: Match = "yes";
  for (const condition of rule.conditions) {
    const one = condition.match(facts);
    if (one === "no") return "no";
    if (one !== "yes") match = "maybe"; // whatever else a condition answers, it opens nothing
  }
  return isTooTreacherous(rule, facts) ? "no" : match;
}

/** The condition by which a rule does not concern a request; undefined = its path is too ambiguous to be opened. */
export function failedCondition(rule: Rule, facts: RequestFacts): Condition | undefined {
  return rule.conditions.find((condition) => condition.match(facts) === "no");
}

/** A path that servers read in several ways is opened by no rule, not even by one without a path. */
function isTooTreacherous({ outcome }: Rule, facts: RequestFacts): boolean {
  return outcome.isPublic && pathOf(facts).isTreacherous;
}
