import { absence, uncounted, type Source } from "./groups-gap.ts";
import { valuesAt } from "./claim-path.ts";
import { texts } from "./claims.ts";
import type { Answers, Options } from "./provider.ts";

interface GroupsFound {
  readonly groups: readonly string[];
  /** For the operator: why there are none, or what does not count; undefined = everything counts. */
  readonly gap: string | undefined;
}

/**
 * The groups at `groupsClaim`: the token's if it has the claim, otherwise those of userinfo; with `groupsFrom: both`
 * the groups of both. `read` returns the groups in one value of the claim.
 */
export function groupsIn(
  { idToken, userinfo }: Answers,
  { groupsClaim, groupsFrom }: Options,
  read: (value: unknown) => readonly string[] = texts,
): GroupsFound {
  const sources: Source[] = [
    { name: "the token", claims: idToken, values: valuesAt(idToken, groupsClaim) },
    { name: "userinfo", claims: userinfo, values: valuesAt(userinfo, groupsClaim) },
  ];
  const holding = sources.filter(({ values }) => values !== undefined);
  const counted = groupsFrom === "both" ? holding : holding.slice(0, 1);
  const groupsOf = (some: readonly Source[]) =>
    some.flatMap(({ values = [] }) => values.flatMap(read));
  const groups = new Set(groupsOf(counted));
  const isUnread = groupsFrom === "both" && userinfo === undefined;
  const gaps = [
    holding.length === 0 ? absence(groupsClaim, sources) : undefined,
    ...counted.map((source) => uncounted(groupsClaim, source, read)),
    groupsOf(holding).every((group) => groups.has(group))
      ? undefined
      : `${groupsClaim} in userinfo does not count, because the token has it too: groupsFrom: both adds them`,
    isUnread && holding.length > 0
      ? "userinfo was not read, so only the groups in the token count"
      : undefined,
  ].filter((gap) => gap !== undefined);
  return { groups: [...groups], gap: gaps.length === 0 ? undefined : gaps.join("; ") };
}
