import { costOf, waitSeconds, without, type Cost, type World } from "./world.ts";

/** What single operations cost, measured one kind at a time. */
export interface Costs {
  /** Per second, of all replicas. */
  readonly idle: Cost;
  /** Of each of `count` operations. */
  readonly cold: Share;
  readonly hot: Share;
  readonly signIn: Share;
  readonly signOut: Share;
  readonly refresh: Pick<Share, "count" | "commands">;
}

export interface Share {
  readonly count: number;
  readonly commands: number;
  readonly replicaUs: number;
  readonly redisUs: number;
}

/** What the replicas do without requests. */
export function measureIdle(world: World): Promise<Cost> {
  return costOf(world, () => waitSeconds(2));
}

/** Afterwards, all sessions are hot. */
export async function measureCosts(world: World, idle: Cost, operations: number): Promise<Costs> {
  const { amounts, redis, traffic, issuer, people } = world;
  const period = amounts.people / amounts.visits;
  const visits = async () => {
    const [before, refreshed] = [traffic.answers, issuer.counts.refreshes];
    traffic.pace({ visits: amounts.visits });
    const cost = await costOf(world, () => waitSeconds(period));
    traffic.pace({});
    await traffic.idle();
    const count = traffic.answers - before;
    return { count, refreshes: issuer.counts.refreshes - refreshed, cost: without(idle, cost) };
  };
  traffic.usesEnded = false; // their requests would count as reads of sessions
  // Leases of refreshes that a failover interrupted are waited for until they expire.
  traffic.pace({ visits: amounts.visits });
  await waitSeconds(5);
  // A replica whose subscription is cut reads every session again.
  await redis.all("client", "kill", "type", "pubsub");
  const first = await visits();
  const second = await visits();
  // Hot requests send no commands: those of the second round belong to its refreshes.
  const perRefresh = second.cost.commands / Math.max(1, second.refreshes);
  const ofRefreshes = first.refreshes * perRefresh;
  const signIns = await costOf(world, () => repeat(operations, () => traffic.signIn()));
  const leaving = people.slice(0, operations);
  const signOuts = await costOf(world, () =>
    repeat(operations, (index) => traffic.signOut(leaving[index] ?? fail())),
  );
  traffic.usesEnded = true;
  return {
    idle,
    cold: {
      ...share(first.cost, first.count),
      commands: (first.cost.commands - ofRefreshes) / first.count,
    },
    hot: { ...share(second.cost, second.count), commands: 0 },
    signIn: share(without(idle, signIns), operations),
    signOut: share(without(idle, signOuts), operations),
    refresh: { count: second.refreshes, commands: perRefresh },
  };
}

function share({ commands, replicaCpuMs, redisCpuMs }: Cost, count: number): Share {
  return {
    count,
    commands: commands / count,
    replicaUs: (replicaCpuMs * 1_000) / count,
    redisUs: (redisCpuMs * 1_000) / count,
  };
}

async function repeat(times: number, work: (index: number) => Promise<void>): Promise<void> {
  for (let index = 0; index < times; index++) await work(index);
}

function fail(): never {
  throw new Error("there are too few people");
}
