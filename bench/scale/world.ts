import { setTimeout as pause } from "node:timers/promises";
import { revocationKeyOfAll } from "../../server/session/revocations.ts";
import { storeKey } from "../../server/session/sealed-records.ts";
import { settingsFor } from "../doors.ts";
import { cpuMs } from "../process.ts";
import { callsBetween, sentCommands, type CommandCalls } from "./command-stats.ts";
import { startCrowdIssuer, type CrowdIssuer } from "./issuer.ts";
import type { Person } from "./person.ts";
import { startRedisWorld, type RedisWorld } from "./redis-world.ts";
import { Replicas } from "./replicas.ts";
import { storePeople } from "./stored-people.ts";
import { Timeline } from "./timeline.ts";
import { Traffic } from "./traffic.ts";

/** The size of a simulation. */
export interface Amounts {
  readonly people: number;
  readonly replicas: number;
  /** Visits of all people per second. */
  readonly visits: number;
}

/** `refresh` of the configuration. doorward refreshes after 0.8 of it. */
export const refreshSeconds = 240;
const base = "doorward";

/** Everything that runs during the simulation. */
export interface World {
  readonly amounts: Amounts;
  readonly redis: RedisWorld;
  readonly issuer: CrowdIssuer;
  readonly replicas: Replicas;
  readonly people: Person[];
  readonly timeline: Timeline;
  readonly traffic: Traffic;
  readonly bytesPerSession: number;
  close(): Promise<void>;
}

export async function openWorld(amounts: Amounts): Promise<World> {
  const [redis, issuer] = await Promise.all([startRedisWorld(), startCrowdIssuer()]);
  const settings = (port: number) =>
    settingsFor(port, {
      replicas: true,
      storage: { driver: "redis", base, cluster: redis.addresses.slice(0, 3) },
      providers: { company: { type: "oidc", issuer: issuer.issuer, clientId: "door" } },
      access: { groups: ["ops"] },
      session: { refresh: `${refreshSeconds}s` },
    });
  const before = await redis.dataBytes();
  const ageMs = refreshSeconds * 1_000 * 0.8;
  const count = amounts.people;
  const people = await storePeople({ settings: settings(4180), issuer, count, ageMs });
  const bytesPerSession = ((await redis.dataBytes()) - before) / count;
  const replicas = new Replicas(settings);
  while (replicas.all.length < amounts.replicas) await replicas.start();
  const timeline = new Timeline(performance.now());
  const traffic = new Traffic({ replicas, issuer, timeline, people });
  const close = async () => {
    await traffic.stop();
    await replicas.close();
    await Promise.all([redis.close(), issuer.close()]);
  };
  return { amounts, redis, issuer, replicas, people, timeline, traffic, bytesPerSession, close };
}

/** The session's key in Redis. */
export function redisKeyOf({ token }: Person): string {
  return `${base}:${storeKey(token)}`;
}

/** The marker that ends all sessions. Every read of a session from Redis reads it too. */
export const markerOfAll = `${base}:revoked:${revocationKeyOfAll}`;

/** What a piece of work cost all replicas and all nodes of Redis. */
export interface Cost {
  readonly seconds: number;
  readonly replicaCpuMs: number;
  readonly redisCpuMs: number;
  /** Sent by doorward. */
  readonly commands: number;
  readonly calls: CommandCalls;
}

export async function costOf(world: World, work: () => Promise<unknown>): Promise<Cost> {
  const { redis, replicas } = world;
  const before = await redis.read();
  const [begun, cpu] = [performance.now(), cpuMs(replicas.pids)];
  await work();
  const replicaCpuMs = cpuMs(replicas.pids) - cpu;
  const after = await redis.read();
  const seconds = (performance.now() - begun) / 1_000;
  const calls = callsBetween(before.calls, after.calls);
  const redisCpuMs = after.cpuMs - before.cpuMs;
  return { seconds, replicaCpuMs, redisCpuMs, commands: sentCommands(calls), calls };
}

/** The cost without what the same time without requests costs. */
export function without({ seconds: idleSeconds, ...idle }: Cost, cost: Cost): Cost {
  const share = cost.seconds / idleSeconds;
  const calls = new Map(
    Array.from(cost.calls, ([name, count]) => [name, count - share * (idle.calls.get(name) ?? 0)]),
  );
  return {
    seconds: cost.seconds,
    replicaCpuMs: cost.replicaCpuMs - share * idle.replicaCpuMs,
    redisCpuMs: cost.redisCpuMs - share * idle.redisCpuMs,
    commands: cost.commands - share * idle.commands,
    calls,
  };
}

export async function waitSeconds(count: number): Promise<void> {
  await pause(count * 1_000);
}
