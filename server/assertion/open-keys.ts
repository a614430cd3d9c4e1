import type { Config } from "../config/schema.ts";
import type { Log } from "../observe/log.ts";
import type { OpenKeys } from "./assertion-keys.ts";
import { KeyFile } from "./key-file.ts";
import { KeptKeys } from "./kept-keys.ts";

interface Surroundings {
  readonly secrets: readonly string[];
  readonly log: Log;
  readonly now: () => number;
}

/**
 * Prepares the keys of the file, or those in the store. Throws a `ConfigError` if the file has no usable key, before
 * anything is open; without the store, opening goes on and tries again.
 */
export function prepareKeys(
  { key }: NonNullable<Config["assertion"]>,
  surroundings: Surroundings,
): OpenKeys {
  if (key !== undefined) {
    const file = new KeyFile(key, surroundings.log);
    return async () => file.watch();
  }
  return async (store, before) => {
    const keys = new KeptKeys({ ...surroundings, store }, before);
    await keys.load();
    return keys;
  };
}
