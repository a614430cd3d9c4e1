import { chmod, mkdir } from "node:fs/promises";
import { createStorage, type Driver, type Storage } from "unstorage";
import type { Config } from "../config/schema.ts";
import { AuthError } from "../errors.ts";

/** The few things that sessions ask of a store. Whatever fails is an `AuthError` "store_unreachable". */
export interface Store {
  get(key: string): Promise<unknown>;
  /** A write that was given up may still reach the store: `onLate` is called when it has. */
  set(key: string, value: object, ttlSeconds: number, onLate?: () => void): Promise<void>;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

/** A visitor waits for this: better to say "not now" than to keep them. */
const patienceMs = 900;

/** Node's timers overflow beyond 24.8 days, and then a driver's entry is gone at once. */
const longestTtlSeconds = 24 * 86_400;

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

/** Any unstorage behind our few verbs, with an end to every wait. */
export function createStore(storage: Storage): Store {
  return {
    get: (key) => inTime(storage.getItem(key).then(orThrow)),
    set: (key, value, ttlSeconds, onLate) => {
      const ttl = Math.min(Math.max(1, ttlSeconds), longestTtlSeconds);
      return inTime(storage.setItem(key, value, { ttl }), onLate);
    },
    remove: (key) => inTime(removeForSure(storage, key)),
    close: () => storage.dispose(),
  };
}

/** The fs drivers give back, not throw, every error but "not found". */
function orThrow(value: unknown): unknown {
  if (value instanceof Error) throw value;
  return value;
}

/** Whoever signed out must be out: a driver that swallows a failed removal is asked once more. */
async function removeForSure(storage: Storage, key: string): Promise<void> {
  await storage.removeItem(key);
  if (orThrow(await storage.getItem(key)) !== null) throw new Error(`the store still holds ${key}`);
}

async function inTime<T>(work: Promise<T>, onLate?: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      if (onLate) work.then(onLate, () => undefined); // a write that fails late wrote nothing
      reject(new Error(`no answer in ${patienceMs} ms`));
    }, patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw new AuthError("store_unreachable", "the session store failed", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
