import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { freePort } from "../peers/free-port.ts";
import { startCluster, type RedisCluster } from "../peers/redis-cluster.ts";
import { startSentinels, until, type SentinelTrio } from "../peers/redis-sentinel.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";

const opened: Store[] = [];

async function open(storage: Parameters<typeof openStore>[0]): Promise<Store> {
  const store = await openStore(storage);
  opened.push(store);
  return store;
}
afterEach(() => Promise.all(opened.splice(0).map((store) => store.close())));

/** How long until it fails as it should, in milliseconds. */
async function failureOf(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await expect(work).rejects.toMatchObject({ code: "store_unreachable", status: 503 });
  return performance.now() - begun;
}

/** How long until reads, writes and announcements work again, in milliseconds. */
async function recoveryOf(store: Store): Promise<number> {
  const begun = performance.now();
  await until(() => store.get("session:kept").then(Boolean, () => false));
  await until(() =>
    store.set("session:new", { version: 1 }, 60).then(
      () => true,
      () => false,
    ),
  );
  await until(async () => store.hearsAnnouncements);
  return performance.now() - begun;
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
  let redis: RedisServer;
  beforeAll(async () => (redis = await startRedis()));
  afterAll(() => redis.close());

  async function openWithSession(): Promise<Store> {
    const store = await open({ driver: "redis", url: redis.url });
    await store.set("session:kept", { version: 1 }, 600);
    return store;
  }

  it.each([
    ["killed", () => redis.kill(), () => redis.restart()],
    ["silent", async () => redis.pause(), async () => redis.resume()],
  ])(
    "that is %s fails every verb within a second, and is back within one",
    async (_, stop, start) => {
      const store = await openWithSession();
      let reconnected = 0;
      store.onReconnected(() => reconnected++);

      await stop();
      const begun = performance.now();
      const failures = await Promise.all(verbs.map(([, verb]) => failureOf(verb(store))));
      await until(async () => !store.hearsAnnouncements);
      const noticed = performance.now() - begun;
      const later = await Promise.all(verbs.map(([, verb]) => failureOf(verb(store))));
      await start();
      const recovery = await recoveryOf(store);

      expect(Math.max(...failures, ...later)).toBeLessThan(1_000);
      expect(noticed).toBeLessThan(1_200);
      expect(recovery).toBeLessThan(1_000);
      expect(reconnected).toBe(1);
      for (const [, verb] of verbs) await verb(store);
    },
  );

  it("that is not there yet keeps nobody from starting, and serves when it comes", async () => {
    const port = await freePort();
    const begun = performance.now();
    const store = await open({ driver: "redis", url: `redis://127.0.0.1:${port}` });
    const started = performance.now() - begun;
    await failureOf(store.get("session:kept"));

    const late = await startRedis({ port });
    await until(() =>
      store.set("session:kept", { version: 1 }, 60).then(
        () => true,
        () => false,
      ),
    );
    const recovery = await recoveryOf(store);
    await late.close();

    expect(started).toBeLessThan(1_500);
    expect(recovery).toBeLessThan(1_000);
  });

  it("that was emptied has nothing, and takes everything", async () => {
    const store = await openWithSession();

    await redis.cli("flushall");

    expect(await store.get("session:kept")).toBeNull();
    expect(await store.replace("session:kept", { version: 2 }, 60, 1)).toBe(false);
    expect(await store.claim("claim:new", "ada", 1_000)).toBe(true);
  });

  it("that holds what is no record of ours replaces nothing", async () => {
    const store = await openWithSession();
    const replaced: boolean[] = [];

    for (const junk of ["", "null", "[]", "7", "{", '{"version":"1"}', '{"sealed":"x"}']) {
      await redis.cli("set", "doorward:session:junk", junk);
      replaced.push(await store.replace("session:junk", { version: 2 }, 60, 1));
    }

    expect(replaced).toEqual(Array.from({ length: 7 }, () => false));
  });

  it("lets go of what has expired by itself", async () => {
    const store = await openWithSession();

    await store.set("session:short", { version: 1 }, 30);
    await store.replace("session:short", { version: 2 }, 90, 1);
    await store.claim("claim:short", "ada", 5_000);

    expect(Number(await redis.cli("ttl", "doorward:session:short"))).toBeGreaterThan(80);
    expect(Number(await redis.cli("ttl", "doorward:session:kept"))).toBeGreaterThan(500);
    expect(Number(await redis.cli("pttl", "doorward:claim:short"))).toBeGreaterThan(3_000);
  });

  it("keeps all that it holds beneath its prefix", async () => {
    const store = await open({ driver: "redis", url: redis.url, base: "gate:one" });
    await redis.cli("flushall");

    await store.set("session:a", { version: 1 }, 60);
    await store.claim("claim:a", "ada", 60_000);
    await until(async () => (await redis.cli("exists", "gate:one:era")) === "1");

    const keys = (await redis.cli("keys", "*")).split("\n").toSorted();
    expect(keys).toEqual(["gate:one:claim:a", "gate:one:era", "gate:one:session:a"]);
  });

  it("carries an announcement to another replica within 100 ms", async () => {
    const [one, other] = [await openWithSession(), await openWithSession()];
    const heard = new Map<string, number>();
    other.onAnnounced((mark) => heard.set(mark, performance.now()));
    const times: number[] = [];

    for (let index = 0; index < 200; index++) {
      const begun = performance.now();
      await one.announce(`mark-${index}`);
      await expect.poll(() => heard.get(`mark-${index}`), { interval: 1 }).toBeDefined();
      times.push((heard.get(`mark-${index}`) ?? Infinity) - begun);
    }

    expect(times.toSorted((a, b) => a - b)[197]).toBeLessThan(100);
  });

  it("whose subscription alone is cut is not trusted meanwhile, and caches are dropped", async () => {
    const store = await openWithSession();
    const states: boolean[] = [];
    store.onReconnected(() => states.push(store.hearsAnnouncements));

    await redis.cli("client", "kill", "type", "pubsub");
    await until(async () => !store.hearsAnnouncements);
    await until(async () => store.hearsAnnouncements);

    // The caches go first: nobody may see a true that an old cache still stands behind.
    expect(states).toEqual([false]);
  });

  it.each<[string, () => string]>([
    ["without end", () => "Infinity"],
    ["from afar", () => "1e15"],
    ["of this moment", () => String(performance.now())],
  ])("is not believed to bring announcements by somebody else's beats %s", async (_, beat) => {
    const password = "a password of this test";
    await redis.cli("acl", "setuser", "door", "on", `>${password}`, "~*", "&*", "+@all");
    const store = await open({ driver: "redis", url: redis.url, username: "door", password });
    await until(async () => store.hearsAnnouncements);
    const [beats = ""] = (await redis.cli("pubsub", "channels", "doorward:announced:*")).split(
      "\n",
    );

    await redis.cli("acl", "setuser", "door", "-publish");
    const begun = performance.now();
    const heardBy: string[] = [];
    while (performance.now() - begun < 1_500)
      heardBy.push(await redis.cli("publish", beats, beat()));

    expect(heardBy).toContain("1");
    expect(store.hearsAnnouncements).toBe(false);
  });
});

describe("Sentinels", () => {
  let trio: SentinelTrio;
  beforeAll(async () => (trio = await startSentinels()));
  afterAll(() => trio.close());

  it("lead to the new master within a second of its election, when the old one falls silent", async () => {
    const { sentinels, master, replica, failedOver } = trio;
    const store = await open({ driver: "redis", sentinels, name: "main" });
    await store.set("session:kept", { version: 1 }, 600);
    await until(async () => (await replica.cli("exists", "doorward:session:kept")) === "1");

    master.pause();
    const failures = await Promise.all(verbs.map(([, verb]) => failureOf(verb(store))));
    await failedOver();
    const recovery = await recoveryOf(store);
    master.resume();

    expect(Math.max(...failures)).toBeLessThan(1_000);
    expect(recovery).toBeLessThan(1_000);
    expect(await replica.cli("exists", "doorward:session:new")).toBe("1");
  });
});

describe("a server that becomes a replica beneath its clients", () => {
  it("is left for whoever is master at its address", async () => {
    const [first, second] = [await startRedis(), await startRedis()];
    const store = await open({ driver: "redis", url: first.url });
    await store.set("session:kept", { version: 1 }, 600);

    await first.cli("replicaof", "127.0.0.1", String(second.port));
    const failure = await store.set("session:a", { version: 1 }, 60).catch((error) => error);
    await first.cli("replicaof", "no", "one");
    await until(() =>
      store.set("session:a", { version: 1 }, 60).then(
        () => true,
        () => false,
      ),
    );
    await Promise.all([first.close(), second.close()]);

    expect(failure).toMatchObject({
      code: "store_unreachable",
      cause: { message: expect.stringContaining("replica") },
    });
  });
});

describe("a Cluster", () => {
  let cluster: RedisCluster;
  beforeAll(async () => (cluster = await startCluster()));
  afterAll(() => cluster.close());

  it.each([
    ["killed", (node: RedisServer) => node.kill(), (node: RedisServer) => node.restart()],
    [
      "silent",
      async (node: RedisServer) => node.pause(),
      async (node: RedisServer) => node.resume(),
    ],
  ])("one node of which is %s is back within a second of being well", async (_, stop, start) => {
    const { nodes } = cluster;
    const store = await open({
      driver: "redis",
      cluster: nodes.map(({ port }) => `127.0.0.1:${port}`),
    });
    const keys = Array.from({ length: 30 }, (__, index) => `session:${index}`);
    await Promise.all(keys.map((key) => store.set(key, { version: 1 }, 600)));
    await store.set("session:kept", { version: 1 }, 600);
    const [node] = nodes;
    if (node === undefined) throw new Error("no node");

    await stop(node);
    const begun = performance.now();
    const verdicts = await Promise.allSettled(keys.map((key) => store.get(key)));
    const waited = performance.now() - begun;
    await start(node);
    await cluster.isWell();
    const recovery = await recoveryOf(store);
    const after = await Promise.all(keys.map((key) => store.get(key)));

    expect(verdicts.some(({ status }) => status === "rejected")).toBe(true);
    expect(waited).toBeLessThan(1_000);
    expect(recovery).toBeLessThan(1_000);
    expect(after.every(Boolean)).toBe(true);
  });
});
