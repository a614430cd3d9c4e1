import { valuesAt } from "./claim-path.ts";
import { texts } from "./claims.ts";
import type { Answers, Options } from "./provider.ts";

/**
 * The groups at `groupsClaim`: the token's if it has the claim, otherwise those of userinfo; with `groupsFrom: both`
 * the groups of both. `read` returns the groups in one value of the claim.
 */
export function groupsIn(
  { idToken, userinfo }: Answers,
  { groupsClaim, groupsFrom }: Options,
  read: (value: unknown) => readonly string[] = texts,
): string[] {
  const holding = [idToken, userinfo].flatMap((source) => {
    const values = valuesAt(source, groupsClaim);
    return values === undefined ? [] : [values];
  });
  const counted = groupsFrom === "both" ? holding : holding.slice(0, 1);
  return [...new Set(counted.flatMap((values) => values.flatMap(read)))];
}
