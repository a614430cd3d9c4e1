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

type Figure = Exclude<keyof Measured, "requests" | "refused">;

/** doorward, and the server with which it is compared. */
export interface Pair<Value> {
  readonly other: Value;
  readonly door: Value;
}

/** Two servers measured in turns, so that a slow minute of the machine affects both. */
export type Turns = Pair<readonly Measured[]>;

/** Calls `measure` for each subject in each round, and returns the values of each subject. */
export async function inRounds<Subject, Value>(
  subjects: readonly Subject[],
  rounds: number,
  measure: (subject: Subject) => Promise<Value>,
): Promise<Value[][]> {
  const series = subjects.map((subject) => ({ subject, values: [] as Value[] }));
  for (let round = 0; round < rounds; round++) {
    // Each subject is first equally often.
    const first = round % series.length;
    for (const { subject, values } of [...series.slice(first), ...series.slice(0, first)])
      values.push(await measure(subject));
  }
  return series.map(({ values }) => values);
}

type Target = Pick<Shot, "port" | "folder" | "pids" | "pauseMs" | "connections">;

export async function takeTurns(
  targets: Pair<Target>,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Turns> {
  const measure = (target: Target) => shoot({ ...target, seconds });
  const [other = [], door = []] = await inRounds([targets.other, targets.door], rounds, measure);
  return { other, door };
}

export function figures(measured: readonly Measured[], figure: Figure): Spread {
  return spreadOf(measured.map((one) => one[figure]));
}

/** The quotient of the two figures of each round: 1 = equal. */
export function ratios(dividends: readonly number[], divisors: readonly number[]): Spread {
  return spreadOf(
    dividends.flatMap((dividend, round) => {
      const divisor = divisors[round];
      return divisor === undefined ? [] : [dividend / divisor];
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
