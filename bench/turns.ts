import { ask } from "./ask.ts";
import { firstRequests, parseRequest, type Load } from "./load.ts";
import type { Server } from "./server.ts";
import { shoot, type Measured, type Shot } from "./shoot.ts";

/** The distribution of a figure over several rounds. */
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

type Figure = Exclude<keyof Measured, "requests">;

/** Two servers measured in turns, so that a slow minute of the machine affects both. */
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
    // Each server is first equally often.
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

/** bare / door of each round: 1 = equal. */
export function ratios({ bare, door }: Turns, figure: Figure): Spread {
  return spreadOf(
    bare.flatMap((one, round) => {
      const other = door[round];
      return other === undefined ? [] : [one[figure] / other[figure]];
    }),
  );
}

/** Throws unless the server answers each template with the expected status. */
export async function expectAnswers({ port, name }: Server, load: Load): Promise<void> {
  for (const [index, request] of firstRequests(load).entries()) {
    const { path, headers } = parseRequest(request);
    const { status } = await ask(port, path, headers.flat());
    const expected = load.statuses[index];
    if (status !== expected)
      throw new Error(`${name} answers ${status} instead of ${expected} to\n${request}`);
  }
}

/** Enough requests for the compiler to optimize all code, however slow the machine is. */
export const enough = 75_000;

/** Returns the number of requests so far, including earlier ones. */
export async function warmUp(shot: Omit<Shot, "seconds">, least = enough): Promise<number> {
  let done = shot.from ?? 0;
  while (done < least) done += (await shoot({ ...shot, from: done, seconds: 1 })).requests;
  return done;
}
