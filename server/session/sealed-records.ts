import { createHash } from "node:crypto";
import * as v from "valibot";
import { parseRecord, type SessionRecord } from "./record.ts";
import { deriveKey, open, seal } from "../cookies/seal.ts";
import type { NewRecord, Store } from "../store/store.ts";
import { ListedEntries, type ListedEntry } from "./listed-entry.ts";
import { sessionPrefix, SubjectIndex, type Person } from "./subject-index.ts";

/** A record in the store. The version counts its writes. */
export interface Stored {
  readonly record: SessionRecord;
  readonly version: number;
}

/** A session that an operator has ended. Its record is gone. */
interface RevokedSession {
  readonly revoked: ListedEntry;
}

const envelope = v.object({ sealed: v.string(), version: v.number() });
const revokedEnvelope = v.object({ isRevoked: v.literal(true), listed: v.string() });

/** Session records by the browser's token, encrypted in the store. */
export class SealedRecords {
  readonly #store: Store;
  readonly #secrets: readonly string[];
  readonly #idleMs: number;
  readonly #now: () => number;
  readonly #entries: ListedEntries;
  readonly #subjects: SubjectIndex;

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
    this.#entries = new ListedEntries(parts.secrets);
    this.#subjects = new SubjectIndex(parts.store, parts.secrets);
  }

  /** The record, if a configured secret opens it. Throws "store_unreachable", like every method here. */
  async read(token: string): Promise<Stored | undefined> {
    const found = await this.find(token);
    return found !== undefined && "record" in found ? found : undefined;
  }

  /** The same, or what is left of a session that an operator has ended. */
  async find(token: string): Promise<Stored | RevokedSession | undefined> {
    const key = storeKey(token);
    const value = await this.#store.get(key);
    const stored = v.safeParse(envelope, value);
    if (!stored.success) {
      const ended = v.safeParse(revokedEnvelope, value);
      const revoked = ended.success ? this.#entries.open(key, ended.output.listed) : undefined;
      return revoked && { revoked };
    }
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

  /**
   * Writes a new record, and lists it under its person: an operator could not find a session that is not listed. If
   * that fails, the record may still exist, or land later: then `onLeft` is called once its write has ended.
   */
  async create(token: string, record: SessionRecord, onLeft: () => void): Promise<void> {
    const key = storeKey(token);
    const value = this.#seal(token, { record, version: 1 });
    const writing = this.#store.set(key, value, this.#ttl(record), onLeft);
    const [written, listed] = await Promise.allSettled([writing, this.list(token, record)]);
    if (written.status === "rejected") throw written.reason;
    if (listed.status === "fulfilled") return;
    onLeft();
    throw listed.reason;
  }

  /** Whether the store writes a new session, and reads what comes with it, in one round trip. */
  get createsInOneRound(): boolean {
    return this.#store.create !== undefined;
  }

  /** The same in one round trip, with other new records, and returns the records under the keys `reads`. */
  async createInOneRound(
    token: string,
    record: SessionRecord,
    { others, reads }: { others: NewRecord["records"]; reads: readonly string[] },
    onLeft: () => void,
  ): Promise<readonly unknown[]> {
    if (this.#store.create === undefined) throw new TypeError("the store has no such operation");
    const key = storeKey(token);
    const value = this.#seal(token, { record, version: 1 });
    const entry = this.#subjects.entryOf(key, record, this.#now());
    const records = [{ key, value, ttlSeconds: this.#ttl(record) }, ...others];
    return this.#store.create({ records, ...entry, reads }, onLeft);
  }

  /** Lists a session under its person, with the first secret. */
  list(token: string, record: SessionRecord): Promise<void> {
    return this.#subjects.add(storeKey(token), record, this.#now());
  }

  /** Drops the entry of a session that has ended. */
  unlist(token: string, person: Person): Promise<void> {
    return this.#subjects.remove(storeKey(token), person);
  }

  /** Replaces version `expected`; false = another process wrote meanwhile, or the session has ended. */
  replace(token: string, record: SessionRecord, expected: number): Promise<boolean> {
    const next = this.#seal(token, { record, version: expected + 1 });
    return this.#store.replace(storeKey(token), next, this.#ttl(record), expected);
  }

  remove(token: string): Promise<void> {
    return this.#store.remove(storeKey(token));
  }

  #seal(token: string, { record, version }: Stored) {
    const secret = deriveKey(this.#secrets[0] ?? "", token, "session");
    const key = storeKey(token);
    const sealed = seal(secret, key, JSON.stringify(record));
    return { sealed, version, listed: this.#entries.seal(key, record) };
  }

  /** In seconds. The last use is written once per tenth of `idle`, so the store may lag by that much. */
  #ttl({ expiresAt }: SessionRecord): number {
    return Math.ceil(Math.min(expiresAt - this.#now(), this.#idleMs * 1.1 + 60_000) / 1000);
  }
}

/** A hash, so that the store's keys reveal no session cookie. */
export function storeKey(token: string): string {
  return sessionPrefix + createHash("sha256").update(token).digest("hex");
}
