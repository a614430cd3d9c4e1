import { cpuMs } from "../process.ts";
import { shoot } from "../shoot.ts";
import { appHost } from "../peers/gatekeeper.ts";
import type { Target } from "./targets.ts";
import { orderOf, type Variant } from "./variants.ts";

/** One proxy under load for a moment. */
export interface Sample {
  readonly perSecond: number;
  /** CPU time per request, in microseconds. */
  readonly proxyMicros: number;
  readonly serviceMicros: number;
  /** The share of the measured core that both used. */
  readonly busy: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What a proxy does in one round: as many requests as it can, and a fixed number of them. */
export interface Round {
  readonly peak: Sample;
  readonly calm: Sample;
}

export interface Amount {
  readonly rounds: number;
  readonly peakSeconds: number;
  readonly calmSeconds: number;
}

/** Requests a second for the latency: at most half of what the slowest proxy with the slowest service can do. */
const calmRate = 800;
const connections = 32;

/** Measures the variants in turns, so that a slow minute of the machine affects all of them. */
export async function takeRounds(
  targets: readonly Target[],
  { rounds, peakSeconds, calmSeconds }: Amount,
): Promise<Map<Variant, Round[]>> {
  const taken = new Map<Variant, Round[]>(targets.map(({ variant }) => [variant, []]));
  for (const target of targets) await take(target, peakSeconds); // warms the proxy up
  for (let round = 0; round < rounds; round++) {
    for (const target of orderOf(targets, round)) {
      const peak = await take(target, peakSeconds);
      const calm = await take(target, calmSeconds, (connections / calmRate) * 1000);
      taken.get(target.variant)?.push({ peak, calm });
    }
  }
  return taken;
}

async function take(target: Target, seconds: number, pauseMs = 0): Promise<Sample> {
  const { port, folder, proxyPids, servicePids } = target;
  const [proxyBefore, serviceBefore] = [cpuMs(proxyPids), cpuMs(servicePids)];
  const shot = { port, folder, pids: [...proxyPids, ...servicePids], seconds, pauseMs };
  const measured = await shoot({ ...shot, connections, tlsHost: appHost });
  const { requests, refused, perSecond, cpuMicroseconds, p50Ms, p99Ms } = measured;
  if (refused > 0) throw new Error(`${target.title} refused ${refused} of ${requests} requests`);
  return {
    perSecond,
    proxyMicros: ((cpuMs(proxyPids) - proxyBefore) * 1000) / requests,
    serviceMicros: ((cpuMs(servicePids) - serviceBefore) * 1000) / requests,
    busy: (cpuMicroseconds * perSecond) / 1e6,
    p50Ms,
    p99Ms,
  };
}
