import type { Storage } from "unstorage";
import * as v from "valibot";
import { LocalClaims } from "./local-claims.ts";
import type { Store } from "./store.ts";
import { inTime } from "./time-limit.ts";
import { Writes } from "./writes.ts";

/** A visitor waits for this: better to say "not now" than to keep them. */
const patienceMs = 900;

const versioned = v.object({ version: v.number() });

/** Any unstorage that this process alone writes to, behind our verbs. */
export function createStore(storage: Storage): Store {
  const claims = new LocalClaims();
  const listeners: ((mark: string) => void)[] = [];
  const writes = new Writes(patienceMs, (key) => removeForSure(storage, key));
  const read = async (key: string) => orThrow(await storage.getItem(key));
  return {
    get: (key) => writes.read(key, () => read(key)),
    set: (key, value, _ttlSeconds, onLate) =>
      writes.write(key, () => storage.setItem(key, { ...value }), onLate),
    replace: (key, value, _ttlSeconds, expected) =>
      writes.write(key, async () => {
        const stored = v.safeParse(versioned, await read(key));
        if (!stored.success || stored.output.version !== expected) return false;
        await storage.setItem(key, { ...value });
        return true;
      }),
    remove: (key) => writes.remove(key),
    claim: (...claim) => inTime(claims.claim(...claim), patienceMs),
    extend: (...claim) => claims.extend(...claim),
    release: (...claim) => claims.release(...claim),
    async announce(mark) {
      for (const listener of listeners) listener(mark);
    },
    onAnnounced: (listener) => void listeners.push(listener),
    hearsAnnouncements: true,
    onReconnected: () => undefined,
    isShared: false,
    close: () => storage.dispose(),
  };
}

/** The fs drivers give back, not throw, every error but "not found". */
function orThrow(value: unknown): unknown {
  if (value instanceof Error) throw value;
  return value;
}

/** Whoever signed out must be out: a driver may swallow that a removal failed. */
async function removeForSure(storage: Storage, key: string): Promise<void> {
  await storage.removeItem(key);
  if (orThrow(await storage.getItem(key)) !== null) throw new Error(`the store still holds ${key}`);
}
