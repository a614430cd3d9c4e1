import { isIn } from "./slots.ts";
import type { Person } from "./person.ts";
import type { Primary } from "./redis-world.ts";
import { markerOfAll, redisKeyOf, waitSeconds, type World } from "./world.ts";

/** Enough sign-ins and sign-outs that some are in progress when a primary is killed. */
const busy = { signIns: 10, signOuts: 20 };
const quietMs = 1_500;
const longestSeconds = 20;

/** What a failover did to the visitors. Times are milliseconds after the kill. */
export interface Failover {
  readonly lagMs: number;
  /** When the replica was the primary. */
  readonly promotedMs: number;
  /** When the last 503 was answered. */
  readonly lastUnavailableMs: number;
  readonly allowed: number;
  readonly unavailable: number;
  /** Sign-outs that doorward had confirmed, and whose records the new primary has. */
  readonly undone: readonly Person[];
  /** Sessions whose records it does not have. */
  readonly missing: readonly Person[];
  /** Whether Redis may have lost the last write of this person's session. */
  readonly mayHaveLost: (person: Person) => boolean;
}

/**
 * Kills the primary with the marker of all sessions, without which no session can be read from Redis: the worst one.
 *
 * @param lagMs how long its replica received nothing before.
 */
export async function failOver(world: World, lagMs: number): Promise<Failover> {
  const { redis, traffic, amounts, timeline, issuer } = world;
  traffic.pace({ visits: amounts.visits, ...busy });
  await waitSeconds(1.5);
  const primary = await redis.primaryOf(markerOfAll);
  const { server, replica, slots } = primary;
  const lagFrom = performance.now();
  if (lagMs > 0) {
    replica.pause();
    // What the primary has sent to a paused replica would still arrive.
    await server.cli("client", "kill", "type", "replica");
    await waitSeconds(lagMs / 1_000);
  }
  await redis.kill(primary);
  const killedAt = performance.now();
  const from = timeline.seconds.length;
  timeline.mark(killedAt, "a primary is killed");
  replica.resume();
  const { undone, missing } = await lostWrites(world, primary);
  while (!(await replica.cli("role")).startsWith("master")) await waitSeconds(0.05);
  const promotedAt = performance.now();
  timeline.mark(promotedAt, "its replica is the primary");
  await untilQuiet(world, killedAt);
  const during = timeline.seconds.slice(from - 1);
  traffic.pace({ visits: amounts.visits });
  await redis.revive(primary);
  await waitSeconds(amounts.people / amounts.visits);

  const isInLag = (at = Number.NEGATIVE_INFINITY) => lagFrom - 100 <= at && at <= killedAt + 100;
  return {
    lagMs,
    promotedMs: promotedAt - killedAt,
    lastUnavailableMs: Math.max(0, traffic.unavailableAt - killedAt),
    allowed: during.reduce((sum, { counts }) => sum + counts.allowed, 0),
    unavailable: during.reduce((sum, { counts }) => sum + counts.unavailable, 0),
    undone,
    missing,
    mayHaveLost: (person) =>
      isIn(slots, redisKeyOf(person)) &&
      [person.endedAt, person.signedInAt, issuer.refreshedAt.get(person.subject)].some(isInLag),
  };
}

async function untilQuiet({ traffic }: World, killedAt: number): Promise<void> {
  while (performance.now() - Math.max(killedAt, traffic.unavailableAt) < quietMs) {
    if (performance.now() - killedAt > longestSeconds * 1_000) return;
    await waitSeconds(0.1);
  }
}

/** What the replica lacks of the writes that the primary had confirmed. */
async function lostWrites({ people, redis }: World, { replica, slots }: Primary) {
  const own = people.filter((person) => isIn(slots, redisKeyOf(person)));
  const existing = await redis.existingIn(replica, own.map(redisKeyOf));
  const isThere = (person: Person) => existing.has(redisKeyOf(person));
  return {
    undone: own.filter((person) => person.endedAt !== undefined && isThere(person)),
    missing: own.filter((person) => person.endingAt === undefined && !isThere(person)),
  };
}
