import { LRUCache } from "lru-cache";
import type { Store } from "./store.ts";

const most = 100_000;

/** Claims of one process, for a store that no other one writes to. */
export class LocalClaims implements Pick<Store, "claim" | "extend" | "release"> {
  readonly #holders = new LRUCache<string, string>({ max: most });

  async claim(key: string, holder: string, ttlMs: number): Promise<boolean> {
    if (this.#holders.has(key)) return false;
    // To forget a claim would let a thing be taken twice: rather none is given.
    if (this.#holders.size >= most) this.#holders.purgeStale();
    if (this.#holders.size >= most) throw new Error(`${most} claims are held already`);
    this.#holders.set(key, holder, { ttl: ttlMs });
    return true;
  }

  async extend(key: string, holder: string, ttlMs: number): Promise<boolean> {
    if (this.#holders.get(key) !== holder) return false;
    this.#holders.set(key, holder, { ttl: ttlMs });
    return true;
  }

  async release(key: string, holder: string): Promise<void> {
    if (this.#holders.get(key) === holder) this.#holders.delete(key);
  }
}
