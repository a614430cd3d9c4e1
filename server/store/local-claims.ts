import { createBoundedCache } from "../memory/bounded-cache.ts";
import type { Store } from "./store.ts";

const most = 100_000;

function copied(text: string): string {
  return Buffer.from(text).toString();
}

type Holders = ReturnType<typeof createHolders>;

function createHolders() {
  return createBoundedCache<string>(most);
}

/** Claims in memory, for a store that no other process claims in. */
export class LocalClaims implements Pick<Store, "claim" | "extend" | "release"> {
  /**
   * Single-use claims. Any caller can create them without signing in, so a full cache drops the oldest. That is
   * safe: only the browser with the sealed cookie can send a state again, and an issuer accepts a code once.
   */
  readonly #taken: ReadonlyMap<string, Holders> = new Map([
    ["state", createHolders()],
    ["logout", createHolders()],
  ]);
  /** All other claims, mostly leases. Only signed-in visitors cause them. */
  readonly #held = createHolders();

  async claim(key: string, holder: string, ttlMs: number): Promise<boolean> {
    const holders = this.#holdersOf(key);
    if (holders.has(key)) return false;
    if (holders === this.#held) this.#makeRoom();
    // A visitor's state is a slice of the callback's query, which would stay in memory with it.
    holders.set(copied(key), copied(holder), { ttl: ttlMs });
    return true;
  }

  async extend(key: string, holder: string, ttlMs: number): Promise<boolean> {
    const holders = this.#holdersOf(key);
    if (holders.get(key) !== holder) return false;
    holders.set(key, holder, { ttl: ttlMs });
    return true;
  }

  async release(key: string, holder: string): Promise<void> {
    const holders = this.#holdersOf(key);
    if (holders.get(key) === holder) holders.delete(key);
  }

  #holdersOf(key: string): Holders {
    return this.#taken.get(key.split(":", 1)[0] ?? "") ?? this.#held;
  }

  /** Dropping a lease would give it to two holders, so a full cache refuses new ones instead. */
  #makeRoom(): void {
    if (this.#held.size >= most) this.#held.purgeStale();
    if (this.#held.size >= most) throw new Error(`too many claims: ${most} are held`);
  }
}
