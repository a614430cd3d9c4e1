import type { Config } from "../config/schema.ts";
import type { Log } from "../observe/log.ts";
import type { Store } from "../store/store.ts";
import { openKeyFile } from "./key-file.ts";
import { KeptKeys } from "./kept-keys.ts";
import type { AssertionKeys } from "./assertion-keys.ts";

interface Surroundings {
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
}

/**
 * Opens the keys of the file, or those in the store. Throws a `ConfigError` if the file has no usable key; without the
 * store it goes on and tries again.
 */
export async function openAssertionKeys(
  { assertion, secret }: Config,
  { store, log, now }: Surroundings,
): Promise<AssertionKeys | undefined> {
  if (assertion === undefined) return undefined;
  if (assertion.key !== undefined) return openKeyFile(assertion.key, log);
  const keys = new KeptKeys({ store, secrets: secret, log, now });
  await keys.load();
  return keys;
}
