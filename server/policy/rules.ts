import type { RuleConfig } from "./rule-schema.ts";
import { pathOf, type RequestFacts } from "./request-facts.ts";
import { conditionsOf, type Condition } from "./conditions.ts";
import type { Match } from "./query-readings.ts";

/** A rule of the configuration, made ready to be asked of every request. */
export interface Rule {
  /** Where it stands in the configuration: `rules.3`. */
  readonly name: string;
  readonly config: RuleConfig;
  readonly conditions: readonly Condition[];
  readonly outcome: Outcome;
}

/** What follows where a rule matches. Rules that say alike have the same object. */
export type Outcome = Pick<RuleConfig, "allow" | "deny" | "maxAge" | "acr" | "preflight">;

/** What decides a request: what a rule says, or `access` where none matches. */
export type Decider = Outcome | "access";

/** What rules say alike is held once, so that it stays in the processor's cache. */
export function compileRules(configs: readonly RuleConfig[]): Rule[] {
  const sameConditions = sharing<readonly Condition[]>();
  const sameOutcome = sharing<Outcome>();
  return configs.map((config, index) => {
    const { allow, deny, maxAge, acr, preflight, path, methods, query, ip, provider } = config;
    return {
      name: `rules.${index}`,
      config,
      conditions: sameConditions({ path, methods, query, ip, provider }, conditionsOf),
      outcome: sameOutcome({ allow, deny, maxAge, acr, preflight }, (outcome) => outcome),
    };
  });
}

/** Makes a value of what is said, or gives the one that was made of the same. */
function sharing<Value>() {
  const made = new Map<string, Value>();
  return <Said>(said: Said, make: (said: Said) => Value): Value => {
    const key = JSON.stringify(said);
    const value = made.get(key) ?? make(said);
    made.set(key, value);
    return value;
  };
}

/** Whether a rule concerns a request. */
export function matchRule(rule: Rule, facts: RequestFacts): Match {
  let match: Match = "yes";
  for (const condition of rule.conditions) {
    const one = condition.match(facts);
    if (one === "no") return "no";
    if (one === "maybe") match = "maybe";
  }
  return isTooTreacherous(rule, facts) ? "no" : match;
}

/** Which condition says that a rule does not concern a request. */
export function failedCondition(rule: Rule, facts: RequestFacts): Condition["name"] | undefined {
  const failed = rule.conditions.find((condition) => condition.match(facts) === "no");
  return failed?.name ?? (isTooTreacherous(rule, facts) ? "path" : undefined);
}

/** What servers disagree about opens nothing, not even for a rule that does not look at the path. */
function isTooTreacherous({ outcome }: Rule, facts: RequestFacts): boolean {
  return outcome.allow === "public" && pathOf(facts).isTreacherous;
}
