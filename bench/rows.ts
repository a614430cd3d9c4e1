import { figures, ratios, type Spread, type Turns } from "./turns.ts";

/** One figure of the report. */
export interface Row {
  readonly key: string;
  readonly title: string;
  readonly value: Spread;
  readonly goal: number;
  /** Whether the goal is a minimum ("more") or a maximum ("less"). */
  readonly better: "more" | "less";
  /** The absolute figures of this machine, as text. */
  readonly detail: string;
}

function isReached({ value: { median }, goal, better }: Row): boolean {
  return better === "more" ? median >= goal : median <= goal;
}

/** The bare server's CPU time per request as a share of doorward's: 1 = equal. */
export function cpuRow(
  { key, title, goal }: Pick<Row, "key" | "title" | "goal">,
  turns: Turns,
): Row {
  const cpu = (name: keyof Turns) => figures(turns[name], "cpuMicroseconds").median.toFixed(1);
  const rate = (name: keyof Turns) => figures(turns[name], "perSecond").median.toFixed(0);
  const detail = `${cpu("door")} µs (bare ${cpu("other")}), ${rate("door")}/s (bare ${rate("other")})`;
  const values = (name: keyof Turns) => turns[name].map((one) => one.cpuMicroseconds);
  const value = ratios(values("other"), values("door"));
  return { key, title, goal, better: "more", value, detail };
}

export function latencyRow(turns: Turns): Row {
  const p99 = (name: keyof Turns) => figures(turns[name], "p99Ms").median.toFixed(2);
  const values = (name: keyof Turns) => turns[name].map((one) => one.p99Ms);
  return {
    key: "p99",
    title: "p99 latency at half of bare's peak rate, as a multiple of bare's",
    goal: 1.5,
    better: "less",
    value: ratios(values("door"), values("other")),
    detail: `${p99("door")} ms (bare ${p99("other")})`,
  };
}

export function describe(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const { value } = row;
    const spread = `(${written(value.lowest)} to ${written(value.highest)})`;
    const goal = `${row.better === "more" ? "≥" : "≤"} ${row.goal}`;
    return `| ${row.title} | ${written(value.median)} ${spread} | ${goal} | ${isReached(row) ? "yes" : "no"} | ${row.detail} |`;
  });
  return [
    "| case | median (lowest to highest) | goal | reached | here |",
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

export function summary(rows: readonly Row[]): Record<string, number> {
  return Object.fromEntries(rows.map(({ key, value }) => [key, rounded(value.median)]));
}

function written(value: number): string {
  return String(rounded(value));
}

function rounded(value: number): number {
  return Number(value.toFixed(value < 10 ? 3 : value < 100 ? 1 : 0));
}
