/** What one of two costs, in microseconds of processor time a call, and how far its rounds lie apart. */
export interface Cost {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export interface Comparison {
  readonly one: Cost;
  readonly other: Cost;
  /** one / other of each round, so that a slow minute of the machine is in both. 1 = other is as cheap. */
  readonly ratio: Cost;
}

/** Measures two of a kind in turns, and each first as often as second. */
export function inTurns(
  one: (times: number) => void,
  other: (times: number) => void,
  { rounds, times }: { rounds: number; times: number },
): Comparison {
  for (const run of [one, other, one, other]) run(times); // until the compiler has seen enough of both
  const pairs = Array.from({ length: rounds }, (_, round) => {
    const isSwapped = round % 2 === 1;
    const first = microsecondsOf(isSwapped ? other : one, times);
    const second = microsecondsOf(isSwapped ? one : other, times);
    return isSwapped ? { one: second, other: first } : { one: first, other: second };
  });
  return {
    one: spreadOf(pairs.map((pair) => pair.one)),
    other: spreadOf(pairs.map((pair) => pair.other)),
    ratio: spreadOf(pairs.map((pair) => pair.one / pair.other)),
  };
}

/** The processor's time and not the clock's: whatever else runs on the machine is not in it. */
function microsecondsOf(run: (times: number) => void, times: number): number {
  const before = process.cpuUsage();
  run(times);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

function spreadOf(values: readonly number[]): Cost {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return { median: at(0.5), lowerQuartile: at(0.25), upperQuartile: at(0.75) };
}
