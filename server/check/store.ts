import type { Config } from "../config/schema.ts";
import { isLoopbackHost } from "../http/loopback.ts";
import { reasonsOf } from "../observe/log.ts";
import { hasOtherSecrets, fingerprintsOf, otherSecrets } from "../session/secret-marks.ts";
import { openStore } from "../store/open-store.ts";
import { tryStore } from "../store/try-store.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

/** Tests the store with real requests, and reports settings by which it may lose data. */
export async function checkStore({ storage, replicas, secret }: Config): Promise<Finding[]> {
  const name = `store ${storage.driver}`;
  try {
    const works = ok(`${name}: ${await tryStore(storage)}`);
    const dangers = [
      ...(await foreignSecrets(storage, secret)),
      ...(storage.driver === "redis" && replicas ? localRedis(storage) : []),
      ...(storage.driver === "redis" ? await dataLoss(storage) : []),
    ];
    return [works, ...dangers.map((danger) => warning(`${name}: ${danger}`))];
  } catch (error) {
    return [fault(`${name}: ${reasonsOf(error)}`)];
  }
}

async function foreignSecrets(
  storage: Config["storage"],
  secrets: Config["secret"],
): Promise<string[]> {
  const store = await openStore(storage);
  try {
    const areOthers = await hasOtherSecrets(store, fingerprintsOf(secrets), Date.now());
    return areOthers ? [otherSecrets] : [];
  } finally {
    await store.close();
  }
}

async function dataLoss(storage: Config["storage"]): Promise<string[]> {
  const { redisWarnings } = await import("../store/redis-warnings.ts");
  return redisWarnings(storage).catch((error: unknown) => [
    `cannot read the settings by which it may lose data: ${reasonsOf(error)}`,
  ]);
}

/** A loopback address leads to a different Redis on every machine. */
function localRedis({ url, sentinels = [], cluster = [] }: Config["storage"]): string[] {
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
        `storage.${place} points to this machine (${host}), but \`replicas: true\` means several doorwards: on another machine, each would use a Redis of its own; set an address at which all of them reach the same Redis`,
    );
}

function hostOf(written: string): string {
  return written.replace(/:\d+$/, "");
}
