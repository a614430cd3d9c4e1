import { startRedis, type RedisServer } from "./redis.ts";
import { until } from "./redis-sentinel.ts";

export interface RedisCluster {
  readonly nodes: RedisServer[];
  /** Resolves when every node says that the Cluster works. */
  isWell(): Promise<void>;
  close(): Promise<void>;
}

/** Three masters that share the slots, made one by `redis-cli --cluster create`. */
export async function startCluster(): Promise<RedisCluster> {
  const lines = ["cluster-enabled yes", "cluster-node-timeout 1000"];
  const nodes: RedisServer[] = [];
  while (nodes.length < 3) nodes.push(await startRedis({ lines }));
  const [first] = nodes;
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await first?.cli("--cluster", "create", ...addresses, "--cluster-yes");
  const isWell = async () => {
    const said = await Promise.all(nodes.map((node) => node.cli("cluster", "info")));
    return said.every((text) => text.includes("cluster_state:ok"));
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
