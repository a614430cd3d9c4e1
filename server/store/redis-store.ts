import { randomInt, randomUUID } from "node:crypto";
import { Redis, type Cluster, type RedisOptions } from "ioredis";
import { createStorage, joinKeys, type Storage } from "unstorage";
import redisDriver from "unstorage/drivers/redis";
import type { Config } from "../config/schema.ts";
import type { Log } from "../observe/log.ts";
import { RedisChannel } from "./redis-channel.ts";
import { RedisFailures } from "./redis-failures.ts";
import { redisTimeoutMs, redisPlace, type RedisPlace } from "./redis-options.ts";
import { createRedisNewRecord } from "./redis-new-record.ts";
import { publishersOf } from "./redis-publishers.ts";
import { createRedisSets } from "./redis-sets.ts";
import { extendScript, releaseScript, replaceScript } from "./redis-scripts.ts";
import type { Store } from "./store.ts";
import { inTime } from "./time-limit.ts";

/** The start waits this long for Redis, then continues without it: it may become available later. */
const startTimeoutMs = 1_000;

/** Redis through unstorage's driver. Commands that unstorage lacks use the driver's own client. */
export async function openRedisStore(settings: Config["storage"], log?: Log): Promise<Store> {
  const place = redisPlace(settings);
  const base = joinKeys(settings.base ?? "doorward");
  const options = "server" in place ? place.server : clusterOptions(place);
  const driver = redisDriver({ ...options, base });
  const client = driver.getInstance?.();
  if (client === undefined) throw new Error("unstorage's redis driver exposes no client");
  const failures = new RedisFailures(client, log);
  const channel = new RedisChannel({
    publishers: publishersOf(client),
    dataEpoch: () => failures.explained(dataEpochOf(client, joinKeys(base, "data-epoch"))),
    connect: () => new Redis(subscriberOptions(place, client)),
    name: `${base}:announced`,
    id: randomUUID(),
    log,
  });
  const disconnect = keepTrying(client);
  await firstConnection(channel);
  return createRedisStore({
    client,
    storage: createStorage({ driver }),
    base,
    failures,
    channel,
    disconnect,
  });
}

interface Connection {
  readonly client: Redis | Cluster;
  readonly storage: Storage;
  readonly base: string;
  readonly failures: RedisFailures;
  readonly channel: RedisChannel;
  readonly disconnect: () => void;
}

function createRedisStore({
  client,
  storage,
  base,
  failures,
  channel,
  disconnect,
}: Connection): Store {
  const run = <T>(work: Promise<T>, onLate?: () => void) =>
    inTime(failures.explained(work), redisTimeoutMs, onLate);
  const keyOf = (key: string) => joinKeys(base, key);
  const evaluate = async (script: string, key: string, ...values: (string | number)[]) =>
    (await run(client.eval(script, 1, keyOf(key), ...values))) === 1;
  return {
    get: (key) => run(storage.getItem(key)),
    set: (key, value, ttlSeconds, onLate) =>
      run(storage.setItem(key, { ...value }, { ttl: whole(ttlSeconds) }), onLate),
    replace: (key, value, ttlSeconds, expected) =>
      evaluate(replaceScript, key, expected, JSON.stringify(value), whole(ttlSeconds)),
    remove: (key) => run(storage.removeItem(key)),
    claim: async (key, holder, ttlMs) =>
      (await run(client.set(keyOf(key), holder, "PX", whole(ttlMs), "NX"))) === "OK",
    extend: (key, holder, ttlMs) => evaluate(extendScript, key, holder, whole(ttlMs)),
    release: async (key, holder) => void (await evaluate(releaseScript, key, holder)),
    create: createRedisNewRecord({ client, run, keyOf, whole }),
    ...createRedisSets({ client, run, keyOf }),
    isOwn: false,
    isPrivate: false,
    announce: (announcement) => run(channel.announce(announcement)),
    onAnnounced: (listener) => channel.onAnnounced(listener),
    get hearsAnnouncements() {
      return channel.isReceiving;
    },
    get announcementLagMs() {
      return channel.lagMs;
    },
    onReconnected: (listener) => channel.onReconnected(listener),
    async close() {
      channel.close();
      disconnect();
    },
  };
}

async function dataEpochOf(client: Redis | Cluster, key: string): Promise<string> {
  const dataEpoch = await client.get(key);
  if (dataEpoch !== null) return dataEpoch;
  const next = randomUUID();
  return (await client.set(key, next, "NX")) === "OK" ? next : dataEpochOf(client, key);
}

/** Redis accepts only positive whole numbers as TTL. */
function whole(time: number): number {
  return Math.max(1, Math.ceil(time));
}

function clusterOptions({ nodes, options }: Extract<RedisPlace, { nodes: unknown }>) {
  return { cluster: nodes, clusterOptions: options };
}

/** In a Cluster every node delivers every message, so each attempt connects to a random node. */
function subscriberOptions(place: RedisPlace, client: Redis | Cluster): RedisOptions {
  const once = { retryStrategy: () => null, sentinelRetryStrategy: () => null };
  if ("server" in place) return { ...place.server, ...once };
  const masters = "nodes" in client ? client.nodes("master") : [];
  const known = masters.flatMap(({ options: { host, port } }) =>
    host === undefined || port === undefined ? [] : [{ host, port }],
  );
  const nodes = known.length > 0 ? known : place.nodes;
  return { ...place.options.redisOptions, ...once, ...nodes[randomInt(nodes.length)] };
}

/** Reconnects a client that ioredis has ended, as it does when the Sentinels change. */
function keepTrying(client: Redis | Cluster): () => void {
  let isClosed = false;
  client.on("end", () => {
    if (!isClosed) void client.connect().catch(() => undefined);
  });
  return () => {
    isClosed = true;
    client.disconnect();
  };
}

async function firstConnection(channel: RedisChannel): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  channel.onReconnected(resolve);
  const timer = setTimeout(resolve, startTimeoutMs);
  await promise;
  clearTimeout(timer);
}
