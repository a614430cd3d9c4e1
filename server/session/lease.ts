import { randomUUID } from "node:crypto";
import type { Store } from "../store/store.ts";

const leaseMs = 10_000;
const stepMs = 3_000;

interface Lease {
  end(): void;
}

/**
 * Takes an exclusive lease among all replicas. It is extended until it is ended; if the process dies, it expires
 * after ten seconds. undefined = another caller holds it. Throws "store_unreachable"; later failures go to
 * `onFailure`.
 */
export async function takeLease(
  store: Store,
  key: string,
  onFailure: (error: unknown) => void,
): Promise<Lease | undefined> {
  const holder = randomUUID();
  if (!(await store.claim(key, holder, leaseMs))) return undefined;
  // A lost lease is harmless: every write compares the record's version.
  const keeping = setInterval(() => void extend(), stepMs);
  return {
    end() {
      clearInterval(keeping);
      void release();
    },
  };

  async function extend(): Promise<void> {
    try {
      await store.extend(key, holder, leaseMs);
    } catch (error) {
      onFailure(error);
    }
  }

  /** In an async function, so that not even a store that throws at once can end the process from a timer. */
  async function release(): Promise<void> {
    try {
      await store.release(key, holder);
    } catch (error) {
      onFailure(error);
    }
  }
}
