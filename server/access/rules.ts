import type { RuleConfig } from "../config/rule-schema.ts";
import { pathOf, type Circumstances } from "./circumstances.ts";
import { conditionsOf, type Condition } from "./conditions.ts";
import type { Match } from "./match.ts";

/** A rule of the configuration, made ready to be asked of every request. */
export interface Rule {
  /** Where it stands in the configuration: `rules.3`. */
  readonly name: string;
  readonly config: RuleConfig;
  readonly conditions: readonly Condition[];
  readonly outcome: Outcome;
}

/** What follows where a rule matches. */
export type Outcome = Pick<RuleConfig, "allow" | "deny" | "maxAge" | "acr" | "preflight">;

/** Of rules that say the same, conditions and outcome are held once: so they stay in the processor's cache. */
export function compileRules(configs: readonly RuleConfig[]): Rule[] {
  const shared = new Map<string, Pick<Rule, "conditions" | "outcome">>();
  return configs.map((config, index) => {
    const { allow, deny, maxAge, acr, preflight, path, methods, query, ip, provider } = config;
    const outcome = { allow, deny, maxAge, acr, preflight };
    const key = JSON.stringify({ outcome, path, methods, query, ip, provider });
    const same = shared.get(key) ?? { conditions: conditionsOf(config), outcome };
    shared.set(key, same);
    return { name: `rules.${index}`, config, ...same };
  });
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
  if (rule.outcome.allow === "public" && pathOf(given).isTreacherous) {
    return { match: "no", failed: "path" };
  }
  return { match };
}
