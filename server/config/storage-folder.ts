import { dirname, resolve } from "node:path";
import type { Config } from "./schema.ts";
import { factsOf, isFileDriver } from "./storage-drivers.ts";

interface Surroundings {
  /** The configuration file; undefined = all settings come from the environment. */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Makes the folder of a file driver an absolute path. Every command then finds the same sessions, from any working
 * directory: a `sessions revoke` in another folder would end none of the sessions that `serve` has.
 */
export function withStorageFolder(config: Config, surroundings: Surroundings): Config {
  const { driver, base = "data", path } = config.storage;
  const folder = stateFolder(surroundings);
  if (isFileDriver(driver))
    return { ...config, storage: { ...config.storage, base: resolve(folder, base) } };
  // A file, not a database in memory or the address of a remote one.
  const isFile = driver === "deno-kv-node" && factsOf(config.storage)?.reach === "machine";
  if (isFile && typeof path === "string")
    return { ...config, storage: { ...config.storage, path: resolve(folder, path) } };
  return config;
}

/** systemd sets `STATE_DIRECTORY` for a unit with `StateDirectory=`, and the image does the same. */
function stateFolder({ file, environment }: Surroundings): string {
  const [state = ""] = environment.STATE_DIRECTORY?.split(":") ?? [];
  if (state !== "") return state;
  return file === undefined ? "." : dirname(file);
}
