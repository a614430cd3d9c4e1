import type { Config } from "../config/schema.ts";
import { isLoopbackHost } from "../http/loopback.ts";
import { reasonsOf } from "../observe/log.ts";
import { tryStore } from "../store/try-store.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

/** Whether the store does what sessions need, and what it may forget. */
export async function checkStore({ storage, replicas }: Config): Promise<Finding[]> {
  const name = `store ${storage.driver}`;
  try {
    const works = ok(`${name}: ${await tryStore(storage)}`);
    if (storage.driver !== "redis") return [works];
    const dangers = [...(replicas ? ownRedis(storage) : []), ...(await forgetting(storage))];
    return [works, ...dangers.map((danger) => warning(`${name}: ${danger}`))];
  } catch (error) {
    return [fault(`${name}: ${reasonsOf(error)}`)];
  }
}

async function forgetting(storage: Config["storage"]): Promise<string[]> {
  const { redisWarnings } = await import("../store/redis-warnings.ts");
  return redisWarnings(storage).catch((error: unknown) => [
    `it does not tell us what it may forget: ${reasonsOf(error)}`,
  ]);
}

/** An address of the loopback is another machine's on another machine. */
function ownRedis({ url, sentinels = [], cluster = [] }: Config["storage"]): string[] {
  const addresses = [
    ...(url === undefined ? [] : [{ place: "url", host: new URL(url).hostname }]),
    ...sentinels.map((written) => ({ place: "sentinels", host: hostOf(written) })),
    ...cluster.map((written) => ({ place: "cluster", host: hostOf(written) })),
  ];
  return addresses
    .filter(({ host }) => isLoopbackHost(host))
    .slice(0, 1)
    .map(
      ({ place, host }) =>
        `storage.${place} names this machine (${host}), and \`replicas: true\` says that there are several doorwards: on another machine each would have a Redis of its own; write the address at which all reach the same`,
    );
}

function hostOf(written: string): string {
  return written.replace(/:\d+$/, "");
}
