import { Cluster, Redis } from "ioredis";
import type { Config } from "../config/schema.ts";
import { redisPlace, type RedisPlace } from "./redis-options.ts";
import { inTime } from "./time-limit.ts";

const patienceMs = 4_000;

/** By which settings Redis may forget sessions, or who was signed out, and the mend of each. Throws if it cannot be asked. */
export async function redisWarnings(settings: Config["storage"]): Promise<string[]> {
  const client = open(redisPlace(settings));
  client.on("error", () => undefined); // the command that fails for it says the same
  try {
    return await inTime(ask(client), patienceMs);
  } finally {
    client.disconnect();
  }
}

function open(place: RedisPlace): Redis | Cluster {
  return "server" in place
    ? new Redis({ ...place.server, lazyConnect: true })
    : new Cluster(place.nodes, { ...place.options, lazyConnect: true });
}

async function ask(client: Redis | Cluster): Promise<string[]> {
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
    `its maxmemory-policy is ${policy}: when it is full it drops sessions, and revocations, and whoever they ended is in again; set noeviction`,
  ];
}

async function persistenceOf(server: Redis): Promise<string[]> {
  if (field(await server.info("persistence"), "aof_enabled") !== "0") return [];
  const mend = "set appendonly yes";
  const snapshots = await snapshotsOf(server);
  if (snapshots === undefined) {
    return [
      `it writes no log (appendonly no), and does not tell us whether it takes snapshots: without them its restart signs everybody out; ${mend}`,
    ];
  }
  if (snapshots === "")
    return [
      `it keeps nothing on disk (appendonly no, save ""): its restart signs everybody out; ${mend}`,
    ];
  return [
    `it writes snapshots alone (appendonly no): a crash undoes what came after the last one, sign-outs too; ${mend}`,
  ];
}

/** When it takes snapshots, as `save` has it; undefined = our user may not ask, or the service hides it. */
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
