import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { startCluster, type RedisCluster } from "../peers/redis-cluster.ts";
import type { RedisServer } from "../peers/redis.ts";
import { leastOf } from "../peers/times.ts";
import { until } from "../peers/until.ts";

/** The type of the packets that pass a message on, in the protocol between the nodes of a Cluster. */
const publishPackets = "4";
const noPackets = "-1";

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startCluster({ lines: ["enable-debug-command yes"] });
});
afterAll(() => cluster.close());

const opened: Store[] = [];
afterEach(restore);

async function restore(): Promise<void> {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  for (const node of cluster.nodes) {
    await drop(node, noPackets);
    await until(async () => !(await hasSubscriber(node)));
  }
}

async function drop(node: RedisServer, packets: string): Promise<void> {
  expect(await node.cli("debug", "drop-cluster-packet-filter", packets)).toBe("OK");
}

async function open(): Promise<Store> {
  const addresses = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`);
  const store = await openStore({ driver: "redis", cluster: addresses });
  opened.push(store);
  await until(async () => store.hearsAnnouncements);
  return store;
}

async function hasSubscriber(node: RedisServer): Promise<boolean> {
  return (await node.cli("pubsub", "channels", "doorward:announced:*")) !== "";
}

/** The nodes with and without a subscriber. */
async function nodesBySubscriber(): Promise<[RedisServer, RedisServer]> {
  const { nodes } = cluster;
  const has = await Promise.all(nodes.map(hasSubscriber));
  const taken = nodes.find((_, index) => has[index]);
  const idle = nodes.find((_, index) => !has[index]);
  if (taken === undefined || idle === undefined) throw new Error("not one node of each kind");
  return [taken, idle];
}

it("is trusted by its subscriber for less than a second, which then goes to another node", async () => {
  const store = await open();
  const [own] = await nodesBySubscriber();

  await drop(own, publishPackets);
  await pause(1_000);
  const begun = performance.now();
  let [trusted, samples] = [0, 0];
  while (performance.now() - begun < 3_000) {
    const before = store.hearsAnnouncements;
    const isThere = await hasSubscriber(own);
    if (before && isThere && store.hearsAnnouncements) trusted++;
    samples++;
  }
  await until(async () => store.hearsAnnouncements);

  expect([trusted, samples > 10]).toEqual([0, true]);
});

it("passes an announcement on to its own subscriber, from a doorward that reaches it", async () => {
  const marks = ["a", "b", "c", "d", "e"];
  const missing = await leastOf(1, async () => {
    await restore();
    const store = await open();
    const received = new Set<string>();
    const all = Promise.withResolvers<void>();
    store.onAnnounced((mark) => {
      received.add(mark);
      if (received.size === marks.length) all.resolve();
    });
    const [own] = await nodesBySubscriber();
    const other = await open();

    await drop(own, publishPackets);
    await Promise.all(marks.map((mark) => other.announce(mark)));
    // Before the subscriber goes to another node, where it would receive nothing that was published earlier.
    await Promise.race([all.promise, pause(500)]);
    return marks.length - received.size;
  });

  expect(missing).toBe(0);
});

it("a master that is down costs its Cluster's subscribers no announcement and no cache", async () => {
  const lost = await leastOf(1, async () => {
    await restore();
    const store = await open();
    const received = new Set<string>();
    store.onAnnounced((mark) => received.add(mark));
    const other = await open();
    const [, idle] = await nodesBySubscriber();
    let distrusted = 0;

    await idle.kill();
    for (let count = 0; count < 30; count++) {
      await other.announce(`mark-${count}`).catch(() => distrusted++);
      if (!store.hearsAnnouncements) distrusted++;
      await pause(50);
    }
    await idle.restart();
    await cluster.isWell();
    return distrusted + 30 - received.size;
  });

  expect(lost).toBe(0);
});
