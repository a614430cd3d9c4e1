import { createBoundedCache } from "../memory/bounded-cache.ts";
import type { Store } from "../store/store.ts";
import { retry } from "./retry.ts";

const mostMarkers = 10_000;

/** One of many reads may take too long next to the others. A store that does not respond fails in the end. */
export function patientReads(store: Pick<Store, "get">): Store["get"] {
  return async (key) => {
    try {
      return await store.get(key);
    } catch {
      let value: unknown;
      await retry(async () => void (value = await store.get(key)));
      return value;
    }
  };
}

/** Reads each key once; for keys that many sessions have in common. */
export function rememberReads(store: Pick<Store, "get">): Store["get"] {
  const known = createBoundedCache<Promise<unknown>>(mostMarkers);
  return (key) => {
    const read = known.get(key) ?? store.get(key);
    known.set(key, read);
    return read;
  };
}
