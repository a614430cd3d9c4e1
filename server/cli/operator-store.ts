import { existsSync } from "node:fs";
import { factsOf, isFileDriver } from "../config/storage-drivers.ts";
import type { Config } from "../config/schema.ts";
import type { Log } from "../observe/log.ts";
import { fingerprintsOf, isUsedWith } from "../session/secret-marks.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";

/** A store of another folder, prefix or secret has none of the sessions of the service. */
const unusedStore =
  "no doorward with this secret has used this store in the last 25 minutes: if one runs, its sessions go on; run this command with its configuration and its environment";

/**
 * Runs `work` with the store of the service. Throws if this process cannot reach it; `otherwise` is what to do if the
 * sessions are in the memory of the service.
 */
export async function withStore<T>(
  config: Config,
  { log, otherwise }: { readonly log: Log; readonly otherwise: string },
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const { driver, base = "" } = config.storage;
  if (factsOf(config.storage)?.reach === "process") {
    const reason = `storage.driver "${driver}" keeps sessions in the memory of the serving process`;
    throw new Error(`${reason}: ${otherwise}`);
  }
  // A folder made now would have none of the sessions of the service.
  if (isFileDriver(driver) && !existsSync(base)) {
    const fix = "run this command with the configuration and the environment of the service";
    throw new Error(`storage.base: "${base}" does not exist, so it has no sessions: ${fix}`);
  }
  const store = await openStore(config.storage);
  try {
    if (!(await isUsedWith(store, fingerprintsOf(config.secret), Date.now())))
      log.warn({ store: driver, base: config.storage.base }, unusedStore);
    return await work(store);
  } finally {
    await store.close();
  }
}
