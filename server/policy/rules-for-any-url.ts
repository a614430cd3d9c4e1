import type { Condition } from "./conditions.ts";
import type { Rule } from "./rules.ts";

/**
 * Rules for a request of which nobody says where it goes. One that opens to everybody is left out; of any
 * other it is known whom it is about, and not whether it is about this request: so each may match, and
 * whoever passes by them passes at every address.
 */
export function rulesForAnyUrl(rules: readonly Rule[]): Rule[] {
  return rules.filter(({ outcome }) => outcome.allow !== "public").map(anywhere);
}

const somewhere: Condition = { name: "path", match: () => "maybe" };

function anywhere(rule: Rule): Rule {
  const { host, path, methods, query, ip } = rule.config;
  const isEverywhere = [host, path, methods, query, ip].every((one) => one === undefined);
  if (isEverywhere) return rule;
  const known = rule.conditions.filter(({ name }) => name === "provider");
  return { ...rule, conditions: [...known, somewhere] };
}
