import { startRedis, type RedisServer } from "./redis.ts";
import { until } from "./until.ts";

export interface RedisCluster {
  readonly nodes: RedisServer[];
  /** Resolves when every node reports cluster_state:ok. */
  isWell(): Promise<void>;
  close(): Promise<void>;
}

interface ClusterSettings {
  readonly program?: string;
  /** Replicas of each master. */
  readonly replicas?: 0 | 1;
  /** A node that is silent for this long counts as failed. */
  readonly nodeTimeoutMs?: number;
  /** Additional lines of redis.conf. */
  readonly lines?: readonly string[];
}

/**
 * Three masters that share the slots, joined with `redis-cli --cluster create`. By default they take one another for
 * failed only after a minute of silence: a stall of the machine must not take the Cluster down.
 */
export async function startCluster({
  program = "redis-server",
  replicas = 0,
  nodeTimeoutMs = 60_000,
  lines = [],
}: ClusterSettings = {}): Promise<RedisCluster> {
  const own = ["cluster-enabled yes", `cluster-node-timeout ${nodeTimeoutMs}`, ...lines];
  const nodes: RedisServer[] = [];
  while (nodes.length < 3 * (1 + replicas)) nodes.push(await startRedis({ program, lines: own }));
  const [first] = nodes;
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const words = ["--cluster-replicas", String(replicas), "--cluster-yes"];
  await first?.cli("--cluster", "create", ...addresses, ...words);
  const isWell = async () => {
    const infos = await Promise.all(nodes.map((node) => node.cli("cluster", "info")));
    return infos.every((text) => text.includes("cluster_state:ok"));
  };
  await until(isWell);
  return {
    nodes,
    isWell: () => until(isWell),
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
