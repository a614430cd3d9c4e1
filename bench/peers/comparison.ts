import type { Spread } from "../turns.ts";
import { absence, type PeerName } from "./programs.ts";
import type { Variant } from "./variants.ts";

/** doorward's figure and a peer's. */
export interface Result {
  /** doorward's / the peer's of each round. All figures are costs: below 1, doorward needs less. */
  readonly ratio: Spread;
  /** The absolute figures of this machine, as text. */
  readonly door: string;
  readonly other: string;
}

/** One row of the table. */
export interface Comparison {
  readonly key: string;
  readonly title: string;
  readonly variant: Variant;
  /** `undefined` = the peer is absent. */
  readonly result: Result | undefined;
}

/** The table, as Markdown. */
export function describe(rows: readonly Comparison[]): string {
  const lines = rows.map(({ title, variant, result }) =>
    result === undefined
      ? `| ${title} | ${variant.title} | absent | | |`
      : `| ${title} | ${variant.title} | ${spread(result.ratio)} | ${result.door} | ${result.other} |`,
  );
  return [
    "| cost | compared with | doorward's / the other's: median (lowest to highest) | doorward here | the other here |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

/** One line for each absent program. */
export function describeAbsent(rows: readonly Comparison[]): string[] {
  const absent = rows.flatMap(({ variant, result }) =>
    result === undefined ? [variant.peer] : [],
  );
  return [...new Set<PeerName>(absent)].map(absence);
}

/** The median ratio by key; absent peers are not in it. */
export function summary(rows: readonly Comparison[]): Record<string, number> {
  return Object.fromEntries(
    rows.flatMap(({ key, result }) =>
      result === undefined ? [] : [[key, rounded(result.ratio.median)] as const],
    ),
  );
}

function spread({ median, lowest, highest }: Spread): string {
  return `${rounded(median)} (${rounded(lowest)} to ${rounded(highest)})`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
