import { ask } from "./ask.ts";
import { firstRequests, parseRequest, type Load } from "./load.ts";
import type { Server } from "./server.ts";
import { shoot, type Measured, type Shot } from "./shoot.ts";

/** A figure of several rounds. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return { median, lowest: sorted[0] ?? 0, highest: sorted.at(-1) ?? 0 };
}

export type Figure = Exclude<keyof Measured, "requests">;

/** Two that are measured in turns, so that a slow minute of the machine is in both. */
export interface Turns {
  readonly bare: readonly Measured[];
  readonly door: readonly Measured[];
}

type Target = Pick<Shot, "port" | "folder" | "pids" | "pauseMs" | "connections">;

export async function takeTurns(
  bare: Target,
  door: Target,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Turns> {
  const turns = { bare: [] as Measured[], door: [] as Measured[] };
  for (let round = 0; round < rounds; round++) {
    // Each first as often as second.
    const order = round % 2 === 0 ? (["bare", "door"] as const) : (["door", "bare"] as const);
    for (const name of order) {
      turns[name].push(await shoot({ ...(name === "bare" ? bare : door), seconds }));
    }
  }
  return turns;
}

export function figures(measured: readonly Measured[], figure: Figure): Spread {
  return spreadOf(measured.map((one) => one[figure]));
}

/** bare / door of each round: 1 = as cheap, or as quick. */
export function ratios({ bare, door }: Turns, figure: Figure): Spread {
  return spreadOf(
    bare.flatMap((one, round) => {
      const other = door[round];
      return other === undefined ? [] : [one[figure] / other[figure]];
    }),
  );
}

/** Whoever is measured answers as it should, or there is nothing to measure. */
export async function expectAnswers({ port, name }: Server, load: Load): Promise<void> {
  for (const [index, request] of firstRequests(load).entries()) {
    const { path, headers } = parseRequest(request);
    const { status } = await ask(port, path, headers.flat());
    const expected = load.statuses[index];
    if (status !== expected)
      throw new Error(`${name} answers ${status} instead of ${expected} to\n${request}`);
  }
}

/** Enough that the compiler has seen everything, however slow the machine is. */
export const enough = 75_000;

/** Gives back how many there have been, with those before. */
export async function warmUp(shot: Omit<Shot, "seconds">, least = enough): Promise<number> {
  let done = shot.from ?? 0;
  while (done < least) done += (await shoot({ ...shot, from: done, seconds: 1 })).requests;
  return done;
}
