import { cpuMs } from "../process.ts";
import { waitSeconds, type World } from "./world.ts";

const concurrent = 32;

/** One replica was ended, and another one started in its place. */
export interface Exchange {
  readonly exitCode: number | null;
  /** Requests that the proxy sent again because the port was closed. */
  readonly retried: number;
  readonly startMs: number;
  /** The sessions of the new replica, which it read from Redis. */
  readonly sessions: number;
  readonly readMs: number;
  readonly readCpuMs: number;
}

export async function exchange(world: World): Promise<Exchange> {
  const { replicas, traffic, amounts, timeline, people } = world;
  traffic.pace({ visits: amounts.visits });
  await waitSeconds(1);
  const [leaving] = replicas.all;
  if (leaving === undefined) throw new Error("no replica runs");
  const retriedBefore = replicas.retried;
  timeline.mark(performance.now(), "a replica is ended");
  const exitCode = await replicas.stop(leaving);
  await waitSeconds(1);
  const begun = performance.now();
  const added = await replicas.start();
  const joinedAt = performance.now();
  timeline.mark(joinedAt, "another replica has started");
  const retried = replicas.retried - retriedBefore;
  // Without other traffic, so that the time is that of its reads alone.
  traffic.pace({});
  await traffic.idle();
  const own = people.filter(
    ({ token, endingAt, lostAt }) =>
      endingAt === undefined && lostAt === undefined && replicas.of(token) === added,
  );
  const [readBegun, cpu] = [performance.now(), cpuMs([added.pid])];
  const waiting = own.values();
  await Promise.all(
    Array.from({ length: concurrent }, async () => {
      for (const person of waiting) await traffic.visit(person);
    }),
  );
  const readMs = performance.now() - readBegun;
  const readCpuMs = cpuMs([added.pid]) - cpu;
  const startMs = joinedAt - begun;
  return { exitCode, retried, startMs, sessions: own.length, readMs, readCpuMs };
}
