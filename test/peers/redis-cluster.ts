import { startRedis, type RedisServer } from "./redis.ts";
import { until } from "./until.ts";

export interface RedisCluster {
  readonly nodes: RedisServer[];
  /** Resolves when every node reports cluster_state:ok. */
  isWell(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Three masters that share the slots, joined with `redis-cli --cluster create`. They take one another for failed only
 * after a minute of silence: a stall of the machine must not take the Cluster down.
 */
export async function startCluster(program = "redis-server"): Promise<RedisCluster> {
  const lines = ["cluster-enabled yes", "cluster-node-timeout 60000"];
  const nodes: RedisServer[] = [];
  while (nodes.length < 3) nodes.push(await startRedis({ program, lines }));
  const [first] = nodes;
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await first?.cli("--cluster", "create", ...addresses, "--cluster-yes");
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
