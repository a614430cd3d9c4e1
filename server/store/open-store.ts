import { createStorage, type Driver } from "unstorage";
import type { Config } from "../config/schema.ts";
import { type Log, reasonsOf } from "../observe/log.ts";
import { factsOf, isFileDriver } from "../config/storage-drivers.ts";
import { openFileDriver } from "./file-driver.ts";
import { importDriver } from "./import-driver.ts";
import { createStore } from "./plain-store.ts";
import type { Store } from "./store.ts";

interface OpenStoreOptions {
  readonly log?: Log;
  readonly now?: () => number;
}

/** Opens the configured store. Throws an error that names the invalid setting. */
export async function openStore(
  settings: Config["storage"],
  { log, now = Date.now }: OpenStoreOptions = {},
): Promise<Store> {
  // Imported on demand: loading ioredis slows the start of every other store.
  if (settings.driver === "redis") {
    return (await import("./redis-store.ts")).openRedisStore(settings, log);
  }
  const facts = factsOf(settings);
  if (facts === undefined) throw new Error(`storage.driver: "${settings.driver}" is unknown`);
  return createStore(createStorage({ driver: await openDriver(settings) }), { ...facts, log, now });
}

async function openDriver({ driver: name, ...settings }: Config["storage"]): Promise<Driver> {
  if (name === "memory") return (await import("unstorage/drivers/memory")).default(undefined);
  if (isFileDriver(name)) return openFileDriver(name, settings.base ?? "data");
  const create = await loadDriver(name);
  try {
    return create(settings);
  } catch (cause) {
    // unstorage's message names the option and contains no value, so no secret reaches the log.
    throw new Error(`storage: the driver "${name}" rejects its options`, { cause });
  }
}

type CreateDriver = (settings: Record<string, unknown>) => Driver;

/** Loads one of unstorage's drivers. Many need a package that unstorage does not depend on. */
async function loadDriver(name: string): Promise<CreateDriver> {
  try {
    const loaded = await importDriver(name);
    if (hasFactory(loaded)) return loaded.default;
  } catch (cause) {
    const [, missing] = /Cannot find package '([^']+)'/.exec(reasonsOf(cause)) ?? [];
    if (missing === undefined) throw cause;
    const fault = `storage.driver: "${name}" needs a package that is not installed: npm install ${missing}`;
    throw new Error(fault, { cause });
  }
  throw new Error(`storage.driver: "${name}" is not an unstorage driver`);
}

function hasFactory(loaded: unknown): loaded is { default: CreateDriver } {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "default" in loaded &&
    typeof loaded.default === "function"
  );
}
