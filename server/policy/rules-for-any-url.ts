import type { Condition } from "./conditions.ts";
import type { Rule } from "./rules.ts";

/**
 * Rules for a request whose URL is unknown. Public rules are left out. Of any other rule only the provider can be
 * checked, so it may match: an identity that passes by these rules passes at every URL.
 */
export function rulesForAnyUrl(rules: readonly Rule[]): Rule[] {
  return rules.filter(({ outcome }) => !outcome.isPublic).map(forAnyUrl);
}

const unknownUrl: Condition = { name: "url", needs: undefined, match: () => "maybe" };

function forAnyUrl(rule: Rule): Rule {
  const known = rule.conditions.filter(({ needs }) => needs === "provider");
  if (known.length === rule.conditions.length) return rule;
  return { ...rule, conditions: [...known, unknownUrl] };
}
