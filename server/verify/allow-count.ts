import type { Count } from "../observe/counter.ts";
import type { Counts } from "../observe/counts.ts";
import type { VerifyContext } from "./verify-context.ts";

type Place = Pick<VerifyContext, "site" | "dialect">;

/**
 * Finds the count of an allow. Joining the values of its labels would take longer than the decision, so the `last` count
 * of the session comes first, then that of the rule: usually one site and one proxy ask about a rule.
 */
export function createAllowCount({ decisions }: Pick<Counts, "decisions">) {
  const lastOfRule = new Map<string, Count>();
  return function allowCount(last: Count | undefined, place: Place, rule: string): Count {
    if (last !== undefined && isOf(last, place, rule)) return last;
    const known = lastOfRule.get(rule);
    if (known !== undefined && isOf(known, place, rule)) return known;
    const count = decisions.of("allow", place.site.name, rule, place.dialect.name);
    lastOfRule.set(rule, count);
    return count;
  };
}

function isOf({ values }: Count, { site: { name }, dialect }: Place, rule: string): boolean {
  return values[1] === name && values[2] === rule && values[3] === dialect.name;
}
