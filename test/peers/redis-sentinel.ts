import { startRedis, type RedisServer } from "./redis.ts";
import { until } from "./until.ts";

export interface SentinelTrio {
  readonly sentinels: string[];
  /** The initial master. */
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Orders the Sentinels to promote the replica; resolves when they report it as the master. */
  failOver(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Three Sentinels that monitor a master with one replica. They would start a failover by themselves only after a minute
 * without the master: a stall of the machine must not cause one.
 */
export async function startSentinels(program = "redis-server"): Promise<SentinelTrio> {
  const master = await startRedis({ program, lines: ["repl-diskless-sync-delay 0"] });
  const replica = await startRedis({ program, lines: [`replicaof 127.0.0.1 ${master.port}`] });
  // A Sentinel asks the master for its replicas when it starts, and then every ten seconds.
  await until(async () => (await master.cli("info", "replication")).includes("state=online"));
  const watching = [
    `sentinel monitor main 127.0.0.1 ${master.port} 2`,
    "sentinel down-after-milliseconds main 60000",
  ];
  const sentinels = await Promise.all(
    Array.from({ length: 3 }, () =>
      startRedis({
        program,
        lines: watching,
        words: ["--sentinel"],
        readyLine: /\+monitor master main/,
      }),
    ),
  );
  const [first] = sentinels;
  if (first === undefined) throw new Error("no Sentinel");
  const is = (name: string, value: string) => async () => {
    const lines = (await first.cli("sentinel", "master", "main")).split("\n");
    return lines[lines.indexOf(name) + 1] === value;
  };
  await until(is("num-slaves", "1"));
  await until(is("num-other-sentinels", "2"));
  const isPromoted = is("port", String(replica.port));
  return {
    sentinels: sentinels.map(({ port }) => `127.0.0.1:${port}`),
    master,
    replica,
    // Repeated, because the Sentinel rejects the order if it has not heard from the replica for some seconds.
    failOver: () =>
      until(async () => {
        if (await isPromoted()) return true;
        await first.cli("sentinel", "failover", "main");
        return false;
      }),
    async close() {
      await Promise.all([...sentinels, replica, master].map((one) => one.close()));
    },
  };
}
