import { createHash } from "node:crypto";
import * as v from "valibot";
import { parseRecord, type SessionRecord } from "./record.ts";
import { deriveKey, open, seal } from "../cookies/seal.ts";
import type { Store } from "../store/store.ts";

/** A record in the store. The version counts its writes. */
export interface Stored {
  readonly record: SessionRecord;
  readonly version: number;
}

const envelope = v.object({ sealed: v.string(), version: v.number() });

/** Session records by the browser's token, encrypted in the store. */
export class SealedRecords {
  readonly #store: Store;
  readonly #secrets: readonly string[];
  readonly #idleMs: number;
  readonly #now: () => number;

  constructor(parts: {
    readonly store: Store;
    readonly secrets: readonly string[];
    readonly idleMs: number;
    readonly now: () => number;
  }) {
    this.#store = parts.store;
    this.#secrets = parts.secrets;
    this.#idleMs = parts.idleMs;
    this.#now = parts.now;
  }

  /** The record, if a configured secret opens it. Throws "store_unreachable", like every method here. */
  async read(token: string): Promise<Stored | undefined> {
    const key = storeKey(token);
    const stored = v.safeParse(envelope, await this.#store.get(key));
    if (!stored.success) return undefined;
    const { sealed, version } = stored.output;
    for (const secret of this.#secrets) {
      const plaintext = open(deriveKey(secret, token, "session"), key, sealed);
      const record = plaintext === undefined ? undefined : parseRecord(plaintext);
      if (record !== undefined) return { record, version };
    }
    return undefined;
  }

  /** Whether a record exists, even one that another secret sealed. */
  async has(token: string): Promise<boolean> {
    return ((await this.#store.get(storeKey(token))) ?? undefined) !== undefined;
  }

  /** Writes a new record. A write that timed out may still land: `onLate` is called once it has ended. */
  async create(token: string, record: SessionRecord, onLate: () => void): Promise<void> {
    const key = storeKey(token);
    await this.#store.set(
      key,
      this.#seal(token, { record, version: 1 }),
      this.#ttl(record),
      onLate,
    );
  }

  /** Replaces version `expected`; false = another process wrote meanwhile, or the session has ended. */
  replace(token: string, record: SessionRecord, expected: number): Promise<boolean> {
    const next = this.#seal(token, { record, version: expected + 1 });
    return this.#store.replace(storeKey(token), next, this.#ttl(record), expected);
  }

  remove(token: string): Promise<void> {
    return this.#store.remove(storeKey(token));
  }

  #seal(token: string, { record, version }: Stored): { sealed: string; version: number } {
    const key = deriveKey(this.#secrets[0] ?? "", token, "session");
    return { sealed: seal(key, storeKey(token), JSON.stringify(record)), version };
  }

  /** In seconds. The last use is written once per tenth of `idle`, so the store may lag by that much. */
  #ttl({ expiresAt }: SessionRecord): number {
    return Math.ceil(Math.min(expiresAt - this.#now(), this.#idleMs * 1.1 + 60_000) / 1000);
  }
}

/** A hash, so that the store's keys reveal no session cookie. */
export function storeKey(token: string): string {
  return `session:${createHash("sha256").update(token).digest("hex")}`;
}
