import { setTimeout as pause } from "node:timers/promises";
import { startRedis, type RedisServer } from "./redis.ts";

export interface SentinelTrio {
  readonly sentinels: string[];
  /** The one that is master at the start; the other one follows it. */
  readonly master: RedisServer;
  readonly replica: RedisServer;
  /** Resolves when the Sentinels have made the replica master. */
  failedOver(): Promise<void>;
  close(): Promise<void>;
}

/** Three Sentinels that watch a master with one replica, and call it down after half a second. */
export async function startSentinels(): Promise<SentinelTrio> {
  const master = await startRedis({ lines: ["repl-diskless-sync-delay 0"] });
  const replica = await startRedis({ lines: [`replicaof 127.0.0.1 ${master.port}`] });
  const watching = [
    `sentinel monitor main 127.0.0.1 ${master.port} 2`,
    "sentinel down-after-milliseconds main 500",
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

/** There is no event to wait for in another program's state. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error("it does not come to pass");
    await pause(20);
  }
}
