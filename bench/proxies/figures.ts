import { spreadOf, type Spread } from "../turns.ts";
import type { Round, Sample } from "./take-rounds.ts";

/** The figures of one variant of a proxy, over all rounds. */
export interface Figures {
  readonly perSecond: number;
  /** Whether the load generator's core was the limit, so that the proxy can do more requests a second. */
  readonly isMore: boolean;
  /** The requests of the unprotected proxy take this share of the CPU time, proxy and service together. */
  readonly kept: Spread;
  /** CPU time per request, in microseconds. */
  readonly proxyMicros: number;
  readonly serviceMicros: number;
  /** Of both. */
  readonly totalMicros: Spread;
  /** In milliseconds, of all requests. */
  readonly p50: number;
  readonly p99: number;
  /** What the protection adds to them. */
  readonly addedP50: Spread;
  readonly addedP99: Spread;
}

/** Below this share of the measured core, it waited for the load generator. */
const fullyBusy = 0.95;

export function figuresOf(rounds: readonly Round[], unprotected: readonly Round[]): Figures {
  const peaks = rounds.map(({ peak }) => peak);
  const calm = rounds.map((round) => round.calm);
  const added = (name: "p50Ms" | "p99Ms") =>
    spreadOf(pairs(rounds, unprotected).map(([one, other]) => one.calm[name] - other.calm[name]));
  return {
    perSecond: medianOf(peaks, "perSecond"),
    isMore: medianOf(peaks, "busy") < fullyBusy,
    kept: throughput(rounds, unprotected),
    proxyMicros: medianOf(peaks, "proxyMicros"),
    serviceMicros: medianOf(peaks, "serviceMicros"),
    totalMicros: spreadOf(peaks.map(totalOf)),
    p50: medianOf(calm, "p50Ms"),
    p99: medianOf(calm, "p99Ms"),
    addedP50: added("p50Ms"),
    addedP99: added("p99Ms"),
  };
}

/** The requests per CPU time, as a multiple of the other's in the same round. */
export function throughput(rounds: readonly Round[], others: readonly Round[]): Spread {
  return spreadOf(
    pairs(rounds, others).map(([{ peak }, other]) => totalOf(other.peak) / totalOf(peak)),
  );
}

/** The proxy's own share of what protection costs: the rest is the CPU time of the service. */
export function ownShare(rounds: readonly Round[], unprotected: readonly Round[]): Spread {
  return spreadOf(
    pairs(rounds, unprotected).map(([{ peak }, other]) => {
      const more = peak.proxyMicros - other.peak.proxyMicros;
      return more / (more + peak.serviceMicros);
    }),
  );
}

function totalOf({ proxyMicros, serviceMicros }: Sample): number {
  return proxyMicros + serviceMicros;
}

function pairs(rounds: readonly Round[], others: readonly Round[]): [Round, Round][] {
  return rounds.flatMap((round, index): [Round, Round][] => {
    const other = others[index];
    return other === undefined ? [] : [[round, other]];
  });
}

function medianOf(samples: readonly Sample[], name: keyof Sample): number {
  return spreadOf(samples.map((sample) => sample[name])).median;
}
