import { LRUCache } from "lru-cache";
import type { Store } from "./store.ts";

const most = 100_000;

type Holders = LRUCache<string, string>;

/**
 * With `max` lru-cache would take the memory of a full cache at its making: many megabytes in a start, for places
 * that most never fill.
 */
function createHolders(): Holders {
  return new LRUCache({ maxSize: most, sizeCalculation: () => 1 });
}

/** Claims of one process, for a store that no other one writes to. */
export class LocalClaims implements Pick<Store, "claim" | "extend" | "release"> {
  /**
   * What is taken once. Strangers can make as many as they like, so the oldest is forgotten: nobody but the browser
   * with its sealed cookie could bring a state again, and an issuer takes the code once.
   */
  readonly #taken: ReadonlyMap<string, Holders> = new Map([
    ["state", createHolders()],
    ["logout", createHolders()],
  ]);
  /** Leases above all, which only those who are signed in cause. */
  readonly #held = createHolders();

  async claim(key: string, holder: string, ttlMs: number): Promise<boolean> {
    const holders = this.#holdersOf(key);
    if (holders.has(key)) return false;
    if (holders === this.#held) this.#makeRoom();
    holders.set(key, holder, { ttl: ttlMs });
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

  /** To forget a lease would let two do at once what only one may: rather none is given. */
  #makeRoom(): void {
    if (this.#held.size >= most) this.#held.purgeStale();
    if (this.#held.size >= most) throw new Error(`${most} claims are held already`);
  }
}
