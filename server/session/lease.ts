import { randomUUID } from "node:crypto";
import type { Store } from "../store/store.ts";

const leaseMs = 10_000;
const stepMs = 3_000;

export interface Lease {
  end(): void;
}

/**
 * The right to do among all replicas what only one may: kept until it is ended, or for ten seconds when the
 * process that has it dies. undefined = somebody else has it. Throws "store_unreachable"; what fails later is
 * told to `onFailure`.
 */
export async function takeLease(
  store: Store,
  key: string,
  onFailure: (error: unknown) => void,
): Promise<Lease | undefined> {
  const holder = randomUUID();
  if (!(await store.claim(key, holder, leaseMs))) return undefined;
  // A lost lease needs no attention: whatever is written compares the version.
  const keeping = setInterval(
    () => void store.extend(key, holder, leaseMs).catch(onFailure),
    stepMs,
  );
  return {
    end() {
      clearInterval(keeping);
      store.release(key, holder).catch(onFailure);
    },
  };
}
