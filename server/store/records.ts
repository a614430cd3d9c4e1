import type { Storage } from "unstorage";
import * as v from "valibot";
import type { ExpiryIndex } from "./expiry-index.ts";
import { readItem } from "./read-item.ts";

/** The expiry time in each record, because most drivers have no TTL. It comes first; the value follows unchanged. */
const dated = v.looseObject({ until: v.number() });

/** Records in unstorage that expire. */
export class Records {
  readonly #storage: Storage;
  readonly #now: () => number;
  readonly #index: ExpiryIndex | undefined;

  /** Without an index, the driver removes expired records itself. */
  constructor(storage: Storage, now: () => number, index: ExpiryIndex | undefined) {
    this.#storage = storage;
    this.#now = now;
    this.#index = index;
  }

  async read(key: string): Promise<unknown> {
    const stored = await readItem(this.#storage, key);
    return this.#isOver(stored) ? null : stored;
  }

  /** `isMark`: only the key matters, so a driver may write the value in any way. */
  async write(
    key: string,
    value: object,
    ttlMs: number,
    options: { readonly isMark?: true } = {},
  ): Promise<void> {
    const until = this.#now() + Math.max(1, ttlMs);
    // Indexed first: if the process crashes in between, a stored record can still be swept, unless the index has a delay.
    await this.#index?.note(key, until);
    const ttl = Math.max(1, Math.ceil(ttlMs / 1000));
    await this.#storage.setItem(key, { until, ...value }, { ttl, ...options });
  }

  /** Reads back after the removal, because some drivers swallow errors and a signed-out session must be gone. */
  async remove(key: string): Promise<void> {
    await this.#storage.removeItem(key);
    if ((await readItem(this.#storage, key)) !== null)
      throw new Error(`removal failed: the store still holds ${key}`);
  }

  /** Removes a record that has expired or is corrupt. Keeps one that was written again with a later expiry. */
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
