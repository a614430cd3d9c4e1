import type { Count } from "../observe/counter.ts";
import type { Counts } from "../observe/counts.ts";
import type { VerifyContext } from "./verify-context.ts";

/** The count of an allow: that of the `last` one if its site, rule and dialect are the same, without a look-up. */
export function allowCount(
  { decisions }: Pick<Counts, "decisions">,
  last: Count | undefined,
  { site: { name }, dialect }: Pick<VerifyContext, "site" | "dialect">,
  rule: string,
): Count {
  const values = last?.values;
  return last !== undefined &&
    values?.[1] === name &&
    values[2] === rule &&
    values[3] === dialect.name
    ? last
    : decisions.of("allow", name, rule, dialect.name);
}
