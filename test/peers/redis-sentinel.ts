import { setTimeout as pause } from "node:timers/promises";
import { startRedis, type RedisServer } from "./redis.ts";

export interface SentinelTrio {
  readonly sentinels: string[];
  /** The initial master. */
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Resolves when the Sentinels have promoted the replica. */
  failedOver(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Three Sentinels that monitor a master with one replica. A test without a failover gives them longer, so that a stall
 * of the machine causes none.
 */
export async function startSentinels(downAfterMs = 500): Promise<SentinelTrio> {
  const master = await startRedis({ lines: ["repl-diskless-sync-delay 0"] });
  const replica = await startRedis({ lines: [`replicaof 127.0.0.1 ${master.port}`] });
  const watching = [
    `sentinel monitor main 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds main ${downAfterMs}`,
    "sentinel failover-timeout main 3000",
  ];
  const sentinels = await Promise.all(
    Array.from({ length: 3 }, () =>
      startRedis({ lines: watching, words: ["--sentinel"], readyLine: /\+monitor master main/ }),
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
  await until(async () => (await replica.cli("role")).includes("connected"));
  return {
    sentinels: sentinels.map(({ port }) => `127.0.0.1:${port}`),
    master,
    replica,
    failedOver: () => until(is("port", String(replica.port))),
    async close() {
      await Promise.all([...sentinels, replica, master].map((one) => one.close()));
    },
  };
}

/** Polls until the condition is met, for state of another program that sends no event. */
export async function until(isMet: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isMet())) {
    if (Date.now() > deadline) throw new Error("the condition was not met within 30 seconds");
    await pause(20);
  }
}
