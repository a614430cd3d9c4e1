import { chmod, mkdir } from "node:fs/promises";
import { createStorage, type Driver } from "unstorage";
import type { Config } from "../config/schema.ts";
import type { Log } from "../observe/log.ts";
import { createStore } from "./plain-store.ts";
import type { Store } from "./store.ts";

/** The store that the configuration asks for. Throws an error that names the setting that cannot be used. */
export async function openStore(settings: Config["storage"], log?: Log): Promise<Store> {
  if (settings.driver === "redis") {
    return (await import("./redis-store.ts")).openRedisStore(settings, log);
  }
  return createStore(createStorage({ driver: await openDriver(settings) }));
}

async function openDriver({ driver, base = "./data" }: Config["storage"]): Promise<Driver> {
  if (driver === "memory") return (await import("unstorage/drivers/memory")).default(undefined);
  try {
    await mkdir(base, { recursive: true });
    await chmod(base, 0o700); // sealed or not, sessions are nobody else's business
  } catch (cause) {
    throw new Error(`storage.base "${base}" is no folder that can be used`, { cause });
  }
  return (await import("unstorage/drivers/fs-lite")).default({ base });
}
