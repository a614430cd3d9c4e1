import { afterEach, describe, expect, it } from "vitest";
import { troubles } from "../peers/findings.ts";
import { startCluster, type RedisCluster } from "../peers/redis-cluster.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";

const full = ["maxmemory 100mb", "maxmemory-policy volatile-lru"];
const dropping =
  "warning store redis: its maxmemory-policy is volatile-lru: when it is full it drops sessions, and revocations, and whoever they ended is in again; set noeviction";

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
      'warning store redis: it keeps nothing on disk (appendonly no, save ""): its restart signs everybody out; set appendonly yes',
    ],
    [
      "takes snapshots alone",
      ["appendonly no", "save 3600 1"],
      "warning store redis: it writes snapshots alone (appendonly no): a crash undoes what came after the last one, sign-outs too; set appendonly yes",
    ],
    [
      "does not tell whether it takes snapshots",
      ["appendonly no", "user default on nopass ~* &* +@all -config"],
      "warning store redis: it writes no log (appendonly no), and does not tell us whether it takes snapshots",
    ],
    [
      "does not tell anything",
      ["user default on nopass ~* &* +@all -info"],
      "warning store redis: it does not tell us what it may forget: ",
    ],
  ])("that %s is a warning, with the mend", async (_, lines, line) => {
    const { url } = await startWith(lines);

    const found = await troubles({ storage: { driver: "redis", url } });

    expect(found).toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, string[]]>([
    ["as the documentation has it", ["maxmemory 100mb", "maxmemory-policy noeviction"]],
    ["that is never full", ["maxmemory 0", "maxmemory-policy allkeys-lru"]],
  ])("%s is well", async (_, lines) => {
    const { url } = await startWith(lines);

    expect(await troubles({ storage: { driver: "redis", url } })).toEqual([]);
  });

  it("is asked on every master of a Cluster", async () => {
    const cluster = await startCluster();
    running = cluster;
    await cluster.nodes[2]?.cli("config", "set", "maxmemory", "100mb");
    await cluster.nodes[2]?.cli("config", "set", "maxmemory-policy", "volatile-lru");

    const addresses = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`);
    const found = await troubles({ storage: { driver: "redis", cluster: addresses } });

    expect(found).toEqual([dropping]);
  });

  it("of this machine is a warning where there are replicas, which may be on others", async () => {
    const { url } = await startWith([]);

    const found = await troubles({ storage: { driver: "redis", url }, replicas: true });

    expect(found).toEqual([
      expect.stringContaining(
        "warning store redis: storage.url names this machine (127.0.0.1), and `replicas: true` says that there are several doorwards",
      ),
    ]);
  });
});
