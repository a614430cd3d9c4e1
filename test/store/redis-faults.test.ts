import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { freePort } from "../peers/free-port.ts";
import { startCluster, type RedisCluster } from "../peers/redis-cluster.ts";
import { startSentinels, type SentinelTrio } from "../peers/redis-sentinel.ts";
import { until } from "../peers/until.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { endsWithin, leastOf, median } from "../peers/times.ts";

let redis: RedisServer;
let trio: SentinelTrio;
let cluster: RedisCluster;
beforeAll(async () => {
  [redis, trio, cluster] = await Promise.all([startRedis(), startSentinels(), startCluster()]);
});
afterAll(() => Promise.all([redis, trio, cluster].map((one) => one.close())));

const opened: Store[] = [];

async function open(storage: Parameters<typeof openStore>[0]): Promise<Store> {
  const store = await openStore(storage);
  opened.push(store);
  return store;
}
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())));

/** Every operation fails with "store_unreachable", within a second. */
async function expectFailures(store: Store): Promise<void> {
  const failures = verbs.map(async ([, verb]) => {
    const work = verb(store);
    expect(await endsWithin(1_000, work)).toBe(true);
    await expect(work).rejects.toMatchObject({ code: "store_unreachable", status: 503 });
  });
  await Promise.all(failures);
}

/** Milliseconds until reads, writes and announcements work again. */
async function recoveryOf(store: Store): Promise<number> {
  const begun = performance.now();
  await until(() => store.get("session:kept").then(Boolean, () => false));
  await untilWritten(store, "session:new");
  await until(async () => store.hearsAnnouncements);
  return performance.now() - begun;
}

function untilWritten(store: Store, key: string): Promise<void> {
  return until(() =>
    store.set(key, { version: 1 }, 600).then(
      () => true,
      () => false,
    ),
  );
}

const verbs: [string, (store: Store) => Promise<unknown>][] = [
  ["get", (store) => store.get("session:kept")],
  ["set", (store) => store.set("session:other", { version: 1 }, 60)],
  ["replace", (store) => store.replace("session:kept", { version: 2 }, 60, 1)],
  ["remove", (store) => store.remove("session:other")],
  ["claim", (store) => store.claim("claim:a", "ada", 1_000)],
  ["extend", (store) => store.extend("claim:a", "ada", 1_000)],
  ["release", (store) => store.release("claim:a", "ada")],
  ["announce", (store) => store.announce("mark")],
];

describe("Redis", () => {
  async function openWithSession(): Promise<Store> {
    const store = await open({ driver: "redis", url: redis.url });
    await untilWritten(store, "session:kept");
    return store;
  }

  it.each([
    ["killed", () => redis.kill(), () => redis.restart()],
    ["paused", async () => redis.pause(), async () => redis.resume()],
  ])(
    "that is %s fails every operation within a second, and recovers within a second",
    async (_, stop, start) => {
      const store = await openWithSession();
      let [outages, reconnected] = [0, 0];
      store.onReconnected(() => reconnected++);

      const recovery = await leastOf(1_000, async () => {
        outages++;
        await stop();
        try {
          await Promise.all([expectFailures(store), pause(1_000)]);
          expect(store.hearsAnnouncements).toBe(false);
          expect(store.announcementLagMs).toBeGreaterThan(800);
          await expectFailures(store);
        } finally {
          await start();
        }
        return recoveryOf(store);
      });

      expect(recovery).toBeLessThan(1_000);
      expect(store.announcementLagMs).toBeLessThan(800);
      expect(reconnected).toBeGreaterThanOrEqual(outages);
      for (const [, verb] of verbs) await verb(store);
    },
  );

  it("that is unreachable at startup does not block the start, and is used once it is available", async () => {
    const port = await freePort();
    const opening = open({ driver: "redis", url: `redis://127.0.0.1:${port}` });
    const isStarted = await endsWithin(5_000, opening);
    const store = await opening;
    await expectFailures(store);

    const late = await startRedis({ port });
    await untilWritten(store, "session:kept");
    await recoveryOf(store);
    await late.close();

    expect(isStarted).toBe(true);
  });

  it("that was emptied holds no record, and accepts new claims", async () => {
    const store = await openWithSession();

    await redis.cli("flushall");

    expect(await store.get("session:kept")).toBeNull();
    expect(await store.replace("session:kept", { version: 2 }, 60, 1)).toBe(false);
    expect(await store.claim("claim:new", "ada", 1_000)).toBe(true);
  });

  it("that holds a value that is not a session record does not replace it", async () => {
    const store = await openWithSession();
    const replaced: boolean[] = [];

    for (const junk of ["", "null", "[]", "7", "{", '{"version":"1"}', '{"sealed":"x"}']) {
      await redis.cli("set", "doorward:session:junk", junk);
      replaced.push(await store.replace("session:junk", { version: 2 }, 60, 1));
    }

    expect(replaced).toEqual(Array.from({ length: 7 }, () => false));
  });

  it("gets a TTL with every record and claim", async () => {
    const store = await openWithSession();

    await store.set("session:short", { version: 1 }, 30);
    await store.replace("session:short", { version: 2 }, 90, 1);
    await store.claim("claim:short", "ada", 60_000);

    expect(Number(await redis.cli("ttl", "doorward:session:short"))).toBeGreaterThan(30);
    expect(Number(await redis.cli("ttl", "doorward:session:kept"))).toBeGreaterThan(500);
    expect(Number(await redis.cli("pttl", "doorward:claim:short"))).toBeGreaterThan(30_000);
  });

  it("holds every key under the configured prefix", async () => {
    const store = await open({ driver: "redis", url: redis.url, base: "gate:one" });
    await redis.cli("flushall");

    await store.set("session:a", { version: 1 }, 60);
    await store.claim("claim:a", "ada", 60_000);
    await until(async () => (await redis.cli("exists", "gate:one:data-epoch")) === "1");

    const keys = (await redis.cli("keys", "*")).split("\n").toSorted();
    expect(keys).toEqual(["gate:one:claim:a", "gate:one:data-epoch", "gate:one:session:a"]);
  });

  it("delivers an announcement to another replica within 100 ms", async () => {
    const [one, other] = [await openWithSession(), await openWithSession()];
    const received = new Map<string, number>();
    other.onAnnounced((mark) => received.set(mark, performance.now()));
    const times: number[] = [];

    for (let index = 0; index < 100; index++) {
      const begun = performance.now();
      await one.announce(`mark-${index}`);
      await expect.poll(() => received.get(`mark-${index}`), { interval: 1 }).toBeDefined();
      times.push((received.get(`mark-${index}`) ?? Infinity) - begun);
    }

    expect(median(times)).toBeLessThan(100);
  });

  it("with a cut subscription reports announcements as not arriving, and caches are dropped", async () => {
    const store = await openWithSession();
    const states: boolean[] = [];
    store.onReconnected(() => states.push(store.hearsAnnouncements));

    await redis.cli("client", "kill", "type", "pubsub");
    await until(async () => !store.hearsAnnouncements);
    await until(async () => store.hearsAnnouncements);

    // Caches are dropped before the flag turns true, so that no reader trusts an old cache.
    expect(new Set(states)).toEqual(new Set([false]));
  });

  it.each<[string, () => string]>([
    ["Infinity", () => "Infinity"],
    ["a time far ahead", () => "1e15"],
    ["the current time", () => String(performance.now())],
  ])("reports announcements as not arriving despite forged heartbeats (%s)", async (_, beat) => {
    const password = "a password of this test";
    await redis.cli("acl", "setuser", "door", "on", `>${password}`, "~*", "&*", "+@all");
    const store = await open({ driver: "redis", url: redis.url, username: "door", password });
    await until(async () => store.hearsAnnouncements);
    const [beats = ""] = (await redis.cli("pubsub", "channels", "doorward:announced:*")).split(
      "\n",
    );

    await redis.cli("acl", "setuser", "door", "-publish");
    const begun = performance.now();
    const receivers: string[] = [];
    while (performance.now() - begun < 1_000)
      receivers.push(await redis.cli("publish", beats, beat()));

    expect(receivers).toContain("1");
    expect(store.hearsAnnouncements).toBe(false);
  });
});

describe("Sentinels", () => {
  it("lead to the new master after its election when the old one is paused", async () => {
    const { sentinels, master, replica } = trio;
    const store = await open({ driver: "redis", sentinels, name: "main" });
    await untilWritten(store, "session:kept");
    await until(async () => (await replica.cli("exists", "doorward:session:kept")) === "1");

    master.pause();
    await expectFailures(store);
    await trio.failOver();
    const recovery = await recoveryOf(store);
    master.resume();

    // A client that waits for the old master needs ten seconds for it.
    expect(recovery).toBeLessThan(5_000);
    expect(await replica.cli("exists", "doorward:session:new")).toBe("1");
  });
});

describe("a server that becomes a replica while a client is connected", () => {
  it("is dropped for the master that its address leads to later", async () => {
    const [first, second] = [await startRedis(), await startRedis()];
    const store = await open({ driver: "redis", url: first.url });
    await untilWritten(store, "session:kept");

    await first.cli("replicaof", "127.0.0.1", String(second.port));
    const failure = await store.set("session:a", { version: 1 }, 60).catch((error) => error);
    await first.cli("replicaof", "no", "one");
    await untilWritten(store, "session:a");
    await Promise.all([first.close(), second.close()]);

    expect(failure).toMatchObject({
      code: "store_unreachable",
      cause: { message: expect.stringContaining("replica") },
    });
  });
});

describe("a Cluster", () => {
  it.each([
    ["killed", (node: RedisServer) => node.kill(), (node: RedisServer) => node.restart()],
    [
      "paused",
      async (node: RedisServer) => node.pause(),
      async (node: RedisServer) => node.resume(),
    ],
  ])("recovers within a second after a node that was %s is well again", async (_, stop, start) => {
    const { nodes } = cluster;
    const store = await open({
      driver: "redis",
      cluster: nodes.map(({ port }) => `127.0.0.1:${port}`),
    });
    const keys = Array.from({ length: 30 }, (__, index) => `session:${index}`);
    await Promise.all(keys.map((key) => store.set(key, { version: 1 }, 600)));
    await untilWritten(store, "session:kept");
    const [node] = nodes;
    if (node === undefined) throw new Error("no node");

    const recovery = await leastOf(1_000, async () => {
      await stop(node);
      const reads = Promise.allSettled(keys.map((key) => store.get(key)));
      const isInTime = await endsWithin(1_000, reads);
      const areRejected = (await reads).some(({ status }) => status === "rejected");
      await start(node);
      expect([isInTime, areRejected]).toEqual([true, true]);
      await cluster.isWell();
      return recoveryOf(store);
    });
    const after = await Promise.all(keys.map((key) => store.get(key)));

    expect(recovery).toBeLessThan(1_000);
    expect(after.every(Boolean)).toBe(true);
  });
});
