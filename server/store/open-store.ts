import { builtinDrivers, createStorage, type Driver } from "unstorage";
import type { Config } from "../config/schema.ts";
import { type Log, reasonsOf } from "../observe/log.ts";
import { driverFacts } from "../config/storage-drivers.ts";
import { openFileDriver } from "./file-driver.ts";
import { createStore } from "./plain-store.ts";
import type { Store } from "./store.ts";

/** What a store is opened among. */
export interface Surroundings {
  readonly log?: Log;
  readonly now?: () => number;
}

/** The store that the configuration asks for. Throws an error that names the setting that cannot be used. */
export async function openStore(
  settings: Config["storage"],
  { log, now = Date.now }: Surroundings = {},
): Promise<Store> {
  // Loaded when it is needed: nobody should start more slowly for a client that they do not use.
  if (settings.driver === "redis") {
    return (await import("./redis-store.ts")).openRedisStore(settings, log);
  }
  const facts = driverFacts[settings.driver];
  if (facts === undefined) throw new Error(`storage.driver "${settings.driver}" is unknown`);
  return createStore(createStorage({ driver: await openDriver(settings) }), { ...facts, log, now });
}

async function openDriver({ driver: name, ...settings }: Config["storage"]): Promise<Driver> {
  if (name === "memory") return (await import("unstorage/drivers/memory")).default(undefined);
  if (name === "fs" || name === "fs-lite") return openFileDriver(name, settings.base ?? "./data");
  const create = await loadDriver(name);
  try {
    return create(settings);
  } catch (cause) {
    // The message names the option; the value of none.
    throw new Error(`storage: the driver ${name} cannot be used as it is set`, { cause });
  }
}

type CreateDriver = (settings: Record<string, unknown>) => Driver;

/** One of unstorage's own drivers; many stand on a package that they do not bring along. */
async function loadDriver(name: string): Promise<CreateDriver> {
  const path = new Map<string, string>(Object.entries(builtinDrivers)).get(name);
  try {
    const loaded: unknown = await import(path ?? name);
    if (hasFactory(loaded)) return loaded.default;
  } catch (cause) {
    const [, missing] = /Cannot find package '([^']+)'/.exec(reasonsOf(cause)) ?? [];
    if (missing === undefined) throw cause;
    const mend = `storage.driver "${name}" needs a package that is not installed: npm install ${missing}`;
    throw new Error(mend, { cause });
  }
  throw new Error(`storage.driver "${name}" is no driver of unstorage`);
}

function hasFactory(loaded: unknown): loaded is { default: CreateDriver } {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "default" in loaded &&
    typeof loaded.default === "function"
  );
}
