import { setTimeout as pause } from "node:timers/promises";

/**
 * Whether the work ends before a timer of this process that starts with it. For work that ends by a timer of this
 * process: a stall of the machine delays both timers, and the shorter one still fires first.
 */
export async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const stop = new AbortController();
  const timer = pause(ms, false, { signal: stop.signal }).catch(() => false);
  const ended = work.then(
    () => true,
    () => true,
  );
  return Promise.race([ended, timer]).finally(() => stop.abort());
}

/**
 * The least of up to five measured times in milliseconds; the next is measured only if none is below the limit yet.
 * Other processes of the machine can lengthen a time but not shorten it, so the least is the closest to the code's own.
 */
export async function leastOf(limitMs: number, measure: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < 5 && least >= limitMs; count++)
    least = Math.min(least, await measure());
  return least;
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Infinity;
}
