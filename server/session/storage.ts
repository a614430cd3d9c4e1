import { chmod, mkdir } from "node:fs/promises";
import { createStorage, type Driver } from "unstorage";
import type { Config } from "../config/schema.ts";
import { createStore } from "../store/plain-store.ts";
import type { Store } from "../store/store.ts";

export { createStore, type Store };

export async function openStore({ driver, base }: Config["storage"]): Promise<Store> {
  return createStore(createStorage({ driver: await drivers[driver](base) }));
}

const drivers = {
  memory: async (): Promise<Driver> =>
    (await import("unstorage/drivers/memory")).default(undefined),
  "fs-lite": async (base: string): Promise<Driver> => {
    try {
      await mkdir(base, { recursive: true });
      await chmod(base, 0o700); // sealed or not, sessions are nobody else's business
    } catch (cause) {
      throw new Error(`storage.base "${base}" is no folder that can be used`, { cause });
    }
    return (await import("unstorage/drivers/fs-lite")).default({ base });
  },
} satisfies Record<Config["storage"]["driver"], (base: string) => Promise<Driver>>;
