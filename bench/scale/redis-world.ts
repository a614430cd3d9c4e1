import { Redis } from "ioredis";
import { startCluster } from "../../test/peers/redis-cluster.ts";
import type { RedisServer } from "../../test/peers/redis.ts";
import { until } from "../../test/peers/until.ts";
import { parseCommandStats, sumOf, type CommandCalls } from "./command-stats.ts";
import { isIn, ownSlots, type SlotRange } from "./slots.ts";

/** A node that is silent for this long counts as failed. Redis's default is 15 seconds. */
export const nodeTimeoutMs = 2_000;

/** What the nodes have done so far. */
export interface Reading {
  readonly calls: CommandCalls;
  /** Of each primary. */
  readonly callsOfEach: readonly CommandCalls[];
  readonly cpuMs: number;
}

/** Three primaries with a replica each. */
export interface RedisWorld {
  readonly addresses: readonly string[];
  /** The primary that serves this key, its slots and its replica. */
  primaryOf(key: string): Promise<Primary>;
  /** The commands of the primaries, and the time of all nodes that run. */
  read(): Promise<Reading>;
  /** Bytes of the data of all primaries. */
  dataBytes(): Promise<number>;
  /** Sends a command to every node that runs. */
  all(...words: string[]): Promise<string[]>;
  /** The keys of these that exist in a replica, before it is the primary. All must be in its slots. */
  existingIn(replica: RedisServer, keys: readonly string[]): Promise<Set<string>>;
  /** Kills a primary, as a crash of its machine does. */
  kill(primary: Primary): Promise<void>;
  /** Starts it again and waits until it is the replica of its former replica. */
  revive(primary: Primary): Promise<void>;
  close(): Promise<void>;
}

export interface Primary {
  readonly server: RedisServer;
  readonly replica: RedisServer;
  readonly slots: readonly SlotRange[];
}

export async function startRedisWorld(): Promise<RedisWorld> {
  const lines = ["appendfsync everysec", "repl-diskless-sync-delay 0"];
  const cluster = await startCluster({ replicas: 1, nodeTimeoutMs, lines });
  const running = new Set(cluster.nodes);
  const all = (...words: string[]) => Promise.all([...running].map((node) => node.cli(...words)));
  const primaries = async () => {
    const nodes = [...running];
    const views = await all("cluster", "nodes");
    return nodes.flatMap((server, index): Primary[] => {
      const view = views[index] ?? "";
      const [id = ""] = lineOfSelf(view).split(" ");
      const replica = nodes.find((_, other) =>
        lineOfSelf(views[other] ?? "").includes(`slave ${id}`),
      );
      const slots = ownSlots(view);
      return slots.length === 0 ? [] : [{ server, replica: replica ?? server, slots }];
    });
  };
  const world: RedisWorld = {
    addresses: cluster.nodes.map(({ port }) => `127.0.0.1:${port}`),
    async primaryOf(key) {
      const found = (await primaries()).find(({ slots }) => isIn(slots, key));
      if (found === undefined) throw new Error(`no primary serves ${key}`);
      return found;
    },
    async read() {
      const infos = await all("info", "everything");
      const ofPrimaries = infos.filter((info) => info.includes("role:master"));
      const callsOfEach = ofPrimaries.map(parseCommandStats);
      const cpuMs = infos.reduce((sum, info) => sum + cpuMsIn(info), 0);
      return { calls: sumOf(callsOfEach), callsOfEach, cpuMs };
    },
    async dataBytes() {
      const servers = (await primaries()).map(({ server }) => server);
      const infos = await Promise.all(servers.map((server) => server.cli("info", "memory")));
      return infos.reduce((sum, info) => sum + dataBytesIn(info), 0);
    },
    all,
    async existingIn({ port }, keys) {
      const client = new Redis({ host: "127.0.0.1", port });
      await client.readonly();
      const found = await Promise.all(keys.map((key) => client.exists(key)));
      client.disconnect();
      return new Set(keys.filter((_, index) => found[index] === 1));
    },
    async kill({ server }) {
      running.delete(server);
      await server.kill();
    },
    async revive({ server, replica }) {
      await server.restart();
      running.add(server);
      await until(async () => (await replica.cli("info", "replication")).includes("state=online"));
    },
    close: cluster.close,
  };
  await until(async () => {
    const found = await primaries();
    const states = await Promise.all(found.map(({ server }) => server.cli("info", "replication")));
    return states.length === 3 && states.every((state) => state.includes("state=online"));
  });
  return world;
}

function lineOfSelf(clusterNodes: string): string {
  return clusterNodes.split("\n").find((line) => line.includes("myself")) ?? "";
}

function numberIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1] ?? 0);
}

function cpuMsIn(info: string): number {
  return 1_000 * (numberIn(info, "used_cpu_user") + numberIn(info, "used_cpu_sys"));
}

/** Without the buffers of connections and of replication. */
function dataBytesIn(info: string): number {
  const buffers = ["mem_clients_normal", "mem_clients_slaves", "mem_total_replication_buffers"];
  return buffers.reduce((left, name) => left - numberIn(info, name), numberIn(info, "used_memory"));
}
