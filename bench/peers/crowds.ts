import type { RedisServer } from "../../test/peers/redis.ts";
import { sessionCookieName } from "../doors.ts";
import { storeSessions } from "../stored-sessions.ts";
import type { Result } from "./comparison.ts";
import type { Field, Present } from "./field.ts";
import { runGatekeeper } from "./gatekeeper.ts";
import { compareCrowds, measureCrowds, type Crowd } from "./many-sessions.ts";
import { signIn, type Session } from "./sign-in.ts";

const count = 100_000;

/** Memory with a hundred thousand sessions, by key. doorward stores its sessions in Redis. */
export async function compareManySessions(
  field: Field,
  rounds: number,
): Promise<[string, Result][]> {
  const crowds = [await crowdOfDoorward(field)];
  for (const one of field.present) crowds.push(await crowdOf(field, one));
  const [door, ...others] = await measureCrowds(crowds, rounds);
  await Promise.all(crowds.map(({ prepared }) => prepared.remove()));
  return field.present.flatMap(({ variant }, index): [string, Result][] => {
    const other = others[index];
    if (door === undefined || other === undefined) return [];
    return [[`sessions100k${variant.id}`, compareCrowds(door, other)]];
  });
}

async function crowdOfDoorward({ prepareDoorward, redis, issuer }: Field): Promise<Crowd> {
  const prepared = await prepareDoorward(true);
  const { sessions, redisMb } = await grown(redis, async () => {
    const tokens = await storeSessions(prepared.config, count, issuer.issuer);
    return tokens.map((token, index) => ({
      cookies: `${sessionCookieName}=${token}`,
      email: `${index === 0 ? "ada" : `person-${index}`}@example.com`,
    }));
  });
  return { prepared, sessions, shapes: "both", redisMb };
}

async function crowdOf({ issuer, redis }: Field, { variant, prepare }: Present): Promise<Crowd> {
  const prepared = await prepare();
  const running = await runGatekeeper(prepared);
  const first = await signIn(running, issuer);
  await running.close();
  const copied = await grown(redis, () => variant.copies(first, count, redis));
  return {
    prepared,
    sessions: copied.sessions,
    shapes: variant.shapes,
    redisMb: variant.usesRedis ? copied.redisMb : undefined,
  };
}

/** The sessions that `fill` makes, and what they take in Redis. */
async function grown(
  redis: RedisServer,
  fill: () => Promise<Session[]>,
): Promise<{ sessions: Session[]; redisMb: number }> {
  const before = await usedMb(redis);
  const sessions = await fill();
  return { sessions, redisMb: (await usedMb(redis)) - before };
}

async function usedMb(redis: RedisServer): Promise<number> {
  const [, bytes] = /^used_memory:(\d+)/m.exec(await redis.cli("info", "memory")) ?? [];
  return Number(bytes) / 2 ** 20;
}
