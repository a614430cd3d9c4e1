import { measureCosts, measureIdle, type Costs } from "./costs.ts";
import { exchange, type Exchange } from "./exchange.ts";
import { failOver, type Failover } from "./failover.ts";
import { revokeAll, type MassRevocation } from "./mass-revocation.ts";
import { outage, type Outage } from "./outage.ts";
import type { Person } from "./person.ts";
import type { Second } from "./timeline.ts";
import { inSeconds } from "./written.ts";
import { openWorld, waitSeconds, type Amounts, type World } from "./world.ts";

export interface Results {
  readonly amounts: Amounts;
  readonly bytesPerSession: number;
  readonly costs: Costs;
  /** Without a lag of the replica, and with one. */
  readonly failovers: readonly [Failover, Failover];
  readonly exchange: Exchange;
  readonly outage: Outage;
  readonly revocation: MassRevocation;
  readonly answers: number;
  readonly signIns: number;
  readonly signOuts: number;
  readonly refreshes: number;
  /** Answers of 200 to requests that began after the confirmed end of their session: by how many milliseconds. */
  readonly lateMs: readonly number[];
  /** Sessions whose last write Redis lost, so that the visitors sign in again. */
  readonly lostByRedis: number;
  /** Other sessions that had to sign in again, or whose ends were undone. */
  readonly unexplained: readonly Person[];
  readonly seconds: readonly Second[];
}

/** Longer than Redis may take for the writes that were in progress. */
const lagMs = 500;

export async function simulate(
  amounts: Amounts & { readonly operations: number },
  print: (line: string) => void,
): Promise<Results> {
  print(`writing ${amounts.people} sessions, starting ${amounts.replicas} replicas`);
  const world = await openWorld(amounts);
  try {
    const idle = await measureIdle(world);
    print("everyone's first request");
    world.traffic.pace({ visits: amounts.visits });
    await waitSeconds(amounts.people / amounts.visits);
    print("killing a primary");
    const first = await failOver(world, 0);
    print(`killing another one, whose replica is ${lagMs} ms behind`);
    const second = await failOver(world, lagMs);
    for (const { promotedMs, lastUnavailableMs } of [first, second])
      print(
        `new primary after ${inSeconds(promotedMs)}, last 503 after ${inSeconds(lastUnavailableMs)}`,
      );
    print("measuring what single operations cost");
    const costs = await measureCosts(world, idle, amounts.operations);
    print("ending a replica of doorward, starting another one");
    const exchanged = await exchange(world);
    print("stopping all of Redis for two seconds");
    const out = await outage(world);
    print("checking every session");
    await checkAll(world);
    print("revoking all sessions");
    const revocation = await revokeAll(world);
    await world.traffic.stop();
    const failovers = [first, second] as const;
    const lost = world.people.filter(({ lostAt }) => lostAt !== undefined);
    const undone = failovers.flatMap((one) => one.undone);
    const unexplained = [...lost, ...undone].filter(
      (person) => !failovers.some(({ mayHaveLost }) => mayHaveLost(person)),
    );
    const { traffic, issuer, timeline, bytesPerSession } = world;
    return {
      amounts,
      bytesPerSession,
      costs,
      failovers,
      exchange: exchanged,
      outage: out,
      revocation,
      answers: traffic.answers,
      signIns: traffic.signIns.done,
      signOuts: traffic.signOuts.done,
      refreshes: issuer.counts.refreshes,
      lateMs: traffic.late.map(({ lateMs }) => lateMs),
      lostByRedis: lost.length - lost.filter((one) => unexplained.includes(one)).length,
      unexplained,
      seconds: timeline.seconds,
    };
  } finally {
    await world.close();
  }
}

/** A visit of everyone, until none is answered 503. */
async function checkAll({ people, traffic }: World): Promise<void> {
  traffic.pace({});
  await traffic.idle();
  let waiting = people.filter(({ lostAt }) => lostAt === undefined);
  for (let round = 0; round < 20 && waiting.length > 0; round++) {
    const again: typeof waiting = [];
    const each = waiting.values();
    const visitors = Array.from({ length: 32 }, async () => {
      for (const person of each) {
        const status = await traffic.visit(person);
        if (status === 0 || status >= 500) again.push(person);
      }
    });
    await Promise.all(visitors);
    waiting = again;
  }
  if (waiting.length > 0) throw new Error(`${waiting.length} people get no answer`);
}
