import { afterAll, beforeAll, describe } from "vitest";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { pathOf, without } from "../peers/programs.ts";
import { startCluster } from "../peers/redis-cluster.ts";
import { startSentinels } from "../peers/redis-sentinel.ts";
import { startRedis } from "../peers/redis.ts";
import { until } from "../peers/until.ts";
import { itIsAtomic, itIsAStore } from "./verbs.ts";

interface Kind {
  readonly storage: Parameters<typeof openStore>[0];
  close(): Promise<void>;
}

/** How each server can be reached: alone, behind Sentinels, as a Cluster. */
function kindsOf(name: string, program: string): [string, () => Promise<Kind>][] {
  return [
    [
      name,
      async () => {
        const redis = await startRedis({ program });
        return { storage: { driver: "redis", url: redis.url }, close: redis.close };
      },
    ],
    [
      `${name} behind Sentinels`,
      async () => {
        const { sentinels, close } = await startSentinels(program);
        return { storage: { driver: "redis", sentinels, name: "main" }, close };
      },
    ],
    [
      `a Cluster of ${name}`,
      async () => {
        const { nodes, close } = await startCluster({ program });
        const cluster = nodes.slice(0, 2).map(({ port }) => `127.0.0.1:${port}`);
        return { storage: { driver: "redis", cluster, base: "door" }, close };
      },
    ],
  ];
}

/** The first request of a client to a Cluster connects to its nodes, which can take longer than a request may. */
async function isConnected(store: Store): Promise<boolean> {
  try {
    await store.get("session:none");
    return true;
  } catch {
    return false;
  }
}

const kinds = [
  ...kindsOf("Redis", "redis-server"),
  ...(without.has("valkey") ? [] : kindsOf("Valkey", pathOf("valkey"))),
];

describe.each(kinds)("%s", (_, start) => {
  let kind: Kind;
  let store: Store;
  let other: Store;
  beforeAll(async () => {
    kind = await start();
    [store, other] = await Promise.all([openStore(kind.storage), openStore(kind.storage)]);
    for (const one of [store, other]) await until(() => isConnected(one));
  });
  afterAll(async () => {
    await store.close();
    await other.close();
    await kind.close();
  });

  itIsAStore(() => ({ store, other }));
  itIsAtomic(() => ({ store, other }));
});
