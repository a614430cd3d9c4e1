import { randomInt } from "node:crypto";
import * as fc from "fast-check";

/** A function of the service under arbitrary input. `npm test` runs it for a second, `npm run fuzz` for as long as asked. */
export interface FuzzTarget {
  readonly name: string;
  run(limits: FuzzLimits): Promise<FuzzResult>;
}

interface FuzzLimits {
  readonly seed: number;
  readonly runs?: number;
  readonly milliseconds?: number;
}

interface FuzzResult {
  readonly cases: number;
  readonly perSecond: number;
  /** The smallest failing case, and its reason; undefined = every case holds. */
  readonly failure: string | undefined;
}

/** What a target starts for one run. */
interface Opened<Case> {
  /** Throws if the case shows a fault. */
  check(one: Case): Promise<void> | void;
  /** Throws if the run left a fault behind: a process that ended, an error in its log. */
  close(): Promise<void>;
}

export function fuzzTarget<Case>(
  name: string,
  cases: fc.Arbitrary<Case>,
  open: (seed: number) => Promise<Opened<Case>>,
): FuzzTarget {
  return {
    name,
    async run({ seed, runs = Number.MAX_SAFE_INTEGER, milliseconds }) {
      const opened = await open(seed);
      const started = performance.now();
      const found = await fc.check(
        fc.asyncProperty(cases, async (one) => opened.check(one)),
        {
          seed,
          numRuns: runs,
          ...(milliseconds !== undefined && { interruptAfterTimeLimit: milliseconds }),
          markInterruptAsFailure: false,
          includeErrorInReport: true,
        },
      );
      const seconds = (performance.now() - started) / 1_000;
      const left = await opened.close().then(
        () => undefined,
        (error: unknown) => String(error),
      );
      const failure = found.failed ? await fc.asyncDefaultReportMessage(found) : undefined;
      return {
        cases: found.numRuns,
        perSecond: Math.round(found.numRuns / seconds),
        failure: [failure, left].filter(Boolean).join("\n") || undefined,
      };
    },
  };
}

/** The seed of `DOORWARD_FUZZ_SEED`, which repeats a run, or a new one. */
export function chooseSeed(): number {
  const written = process.env.DOORWARD_FUZZ_SEED;
  return written === undefined ? randomInt(2 ** 31) : Number(written);
}

/** Throws an `Error` with the faults that are so. */
export function expectNone(faults: Readonly<Record<string, boolean>>, shown: unknown): void {
  const found = Object.entries(faults).flatMap(([fault, isSo]) => (isSo ? [fault] : []));
  if (found.length > 0) throw new Error(`${found.join("; ")}: ${JSON.stringify(shown)}`);
}
