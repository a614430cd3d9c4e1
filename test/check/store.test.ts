import { afterEach, describe, expect, it } from "vitest";
import { troubles } from "../peers/findings.ts";
import { startCluster, type RedisCluster } from "../peers/redis-cluster.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";

const full = ["maxmemory 100mb", "maxmemory-policy volatile-lru"];
const dropping =
  "warning store redis: maxmemory-policy is volatile-lru: when memory is full, Redis evicts sessions and revocations, and sessions that a lost revocation had ended are valid again; set maxmemory-policy noeviction";

let running: RedisServer | RedisCluster | undefined;
afterEach(() => running?.close());

async function startWith(lines: readonly string[]): Promise<RedisServer> {
  const redis = await startRedis({ lines });
  running = redis;
  return redis;
}

describe("a Redis", () => {
  it.each<[string, string[], string]>([
    ["drops keys when it is full", full, dropping],
    [
      "keeps nothing on disk",
      ["appendonly no"],
      'warning store redis: appendonly is no and save is "", so nothing is kept on disk: a Redis restart signs everyone out; set appendonly yes',
    ],
    [
      "only takes snapshots",
      ["appendonly no", "save 3600 1"],
      "warning store redis: appendonly is no, so only snapshots are kept on disk: a crash loses every change since the last one, sign-outs included; set appendonly yes",
    ],
    [
      "hides whether it takes snapshots",
      ["appendonly no", "user default on nopass ~* &* +@all -config"],
      "warning store redis: appendonly is no, and the save setting cannot be read: without snapshots, a Redis restart signs everyone out; set appendonly yes",
    ],
    [
      "hides its settings",
      ["user default on nopass ~* &* +@all -info"],
      "warning store redis: cannot read the settings by which it may lose data: ",
    ],
  ])("that %s is a warning with the fix", async (_, lines, line) => {
    const { url } = await startWith(lines);

    await expect
      .poll(() => troubles({ storage: { driver: "redis", url } }))
      .toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, string[]]>([
    ["set up as documented", ["maxmemory 100mb", "maxmemory-policy noeviction"]],
    ["without a memory limit", ["maxmemory 0", "maxmemory-policy allkeys-lru"]],
  ])("%s is ok", async (_, lines) => {
    const { url } = await startWith(lines);

    await expect.poll(() => troubles({ storage: { driver: "redis", url } })).toEqual([]);
  });

  it("is checked on every master of a Cluster", async () => {
    const cluster = await startCluster();
    running = cluster;
    await cluster.nodes[2]?.cli("config", "set", "maxmemory", "100mb");
    await cluster.nodes[2]?.cli("config", "set", "maxmemory-policy", "volatile-lru");

    const addresses = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`);
    await expect
      .poll(() => troubles({ storage: { driver: "redis", cluster: addresses } }))
      .toEqual([dropping]);
  });

  it("on a loopback address is a warning with replicas", async () => {
    const { url } = await startWith([]);

    await expect
      .poll(() => troubles({ storage: { driver: "redis", url }, replicas: true }))
      .toEqual([
        expect.stringContaining(
          "warning store redis: storage.url points to this machine (127.0.0.1), but `replicas: true` means several doorwards",
        ),
      ]);
  });
});
