import type { Storage } from "unstorage";
import * as v from "valibot";
import type { ExpiryIndex } from "./expiry-index.ts";
import { readItem } from "./read-item.ts";

/** Our own note in each record: most drivers know no time to live. It comes first, the rest as it was given. */
const dated = v.looseObject({ until: v.number() });

/** What unstorage keeps, until its time is over. */
export class Records {
  readonly #storage: Storage;
  readonly #now: () => number;
  readonly #index: ExpiryIndex | undefined;

  /** Without an index the driver itself lets go of what has expired. */
  constructor(storage: Storage, now: () => number, index: ExpiryIndex | undefined) {
    this.#storage = storage;
    this.#now = now;
    this.#index = index;
  }

  async read(key: string): Promise<unknown> {
    const stored = await readItem(this.#storage, key);
    return this.#isOver(stored) ? null : stored;
  }

  async write(key: string, value: object, ttlMs: number): Promise<void> {
    const until = this.#now() + Math.max(1, ttlMs);
    // First, so that a crash between the two leaves nothing that no sweep would find.
    await this.#index?.note(key, until);
    const ttl = Math.max(1, Math.ceil(ttlMs / 1000));
    await this.#storage.setItem(key, { until, ...value }, { ttl });
  }

  /** Whoever signed out must be out: a driver may swallow that a removal failed. */
  async remove(key: string): Promise<void> {
    await this.#storage.removeItem(key);
    if ((await readItem(this.#storage, key)) !== null)
      throw new Error(`the store still holds ${key}`);
  }

  /** Removes what has expired, or was torn; what was written anew lives on. */
  async removeIfOver(key: string): Promise<void> {
    const stored = await readItem(this.#storage, key);
    if (stored === null) return;
    if (typeof stored !== "object" || this.#isOver(stored)) await this.#storage.removeItem(key);
  }

  #isOver(stored: unknown): boolean {
    const { success, output } = v.safeParse(dated, stored);
    return success && output.until <= this.#now();
  }
}
