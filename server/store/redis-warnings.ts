import { Cluster, Redis } from "ioredis";
import type { Config } from "../config/schema.ts";
import { redisPlace, type RedisPlace } from "./redis-options.ts";
import { inTime } from "./time-limit.ts";

const timeoutMs = 4_000;

/** Warnings about Redis settings that can lose sessions or sign-outs, each with its fix. Throws if Redis is unreachable. */
export async function redisWarnings(settings: Config["storage"]): Promise<string[]> {
  const client = open(redisPlace(settings));
  client.on("error", () => undefined); // the failing command reports the same error
  try {
    return await inTime(readWarnings(client), timeoutMs);
  } finally {
    client.disconnect();
  }
}

function open(place: RedisPlace): Redis | Cluster {
  return "server" in place
    ? new Redis({ ...place.server, lazyConnect: true })
    : new Cluster(place.nodes, { ...place.options, lazyConnect: true });
}

async function readWarnings(client: Redis | Cluster): Promise<string[]> {
  await client.connect();
  const masters = client instanceof Cluster ? client.nodes("master") : [client];
  const found = await Promise.all(
    masters.flatMap((server) => [evictionOf(server), persistenceOf(server)]),
  );
  return [...new Set(found.flat())];
}

async function evictionOf(server: Redis): Promise<string[]> {
  const memory = await server.info("memory");
  const policy = field(memory, "maxmemory_policy");
  if (field(memory, "maxmemory") === "0" || policy === undefined || policy === "noeviction")
    return [];
  return [
    `maxmemory-policy is ${policy}: when memory is full, Redis evicts sessions and revocations, and sessions that a lost revocation had ended are valid again; set maxmemory-policy noeviction`,
  ];
}

async function persistenceOf(server: Redis): Promise<string[]> {
  if (field(await server.info("persistence"), "aof_enabled") !== "0") return [];
  const fix = "set appendonly yes";
  const snapshots = await snapshotsOf(server);
  if (snapshots === undefined) {
    return [
      `appendonly is no, and the save setting cannot be read: without snapshots, a Redis restart signs everyone out; ${fix}`,
    ];
  }
  if (snapshots === "")
    return [
      `appendonly is no and save is "", so nothing is kept on disk: a Redis restart signs everyone out; ${fix}`,
    ];
  return [
    `appendonly is no, so only snapshots are kept on disk: a crash loses every change since the last one, sign-outs included; ${fix}`,
  ];
}

/** The `save` setting; undefined = the user lacks CONFIG, or the Redis service does not offer it. */
async function snapshotsOf(server: Redis): Promise<string | undefined> {
  try {
    const [, save] = [await server.config("GET", "save")].flat().map(String);
    return save;
  } catch {
    return undefined;
  }
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
}
