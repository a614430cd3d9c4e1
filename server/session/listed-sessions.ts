import { setTimeout as pause } from "node:timers/promises";
import * as v from "valibot";
import type { Store } from "../store/store.ts";
import { digestOfKey } from "./digest.ts";
import { ListedEntries, type ListedEntry } from "./listed-entry.ts";
import { patientReads, rememberReads } from "./many-reads.ts";
import { retry } from "./retry.ts";
import { revocationKeyOfKey, Revocations } from "./revocations.ts";
import { isSessionKey, sessionPrefix, SubjectIndex, type Person } from "./subject-index.ts";

interface Parts {
  readonly store: Store;
  readonly secrets: readonly string[];
  readonly lifetimeMs: number;
  readonly idleMs: number;
  readonly now: () => number;
  /**
   * How long a write of another process may take that began before it could know of an end; 0 = the store compares and
   * sets atomically.
   */
  readonly settleMs: number;
}

/** A session in a list. */
export interface ListedSession extends ListedEntry {
  readonly id: string;
}

const batch = 100;
const mostAttempts = 100;

const stored = v.object({
  version: v.number(),
  listed: v.string(),
  isRevoked: v.optional(v.literal(true)),
});

/** The sessions of a store as an operator sees and ends them, without the browsers' cookies. */
export class ListedSessions {
  readonly #parts: Parts;
  readonly #entries: ListedEntries;
  readonly #subjects: SubjectIndex;
  readonly #revocations: Revocations;
  /** The sessions that no configured secret opens, or that a version without lists has written. */
  unreadable = 0;

  constructor(parts: Parts) {
    const { secrets, lifetimeMs } = parts;
    const store = { ...parts.store, get: patientReads(parts.store) };
    this.#parts = { ...parts, store };
    this.#entries = new ListedEntries(secrets);
    this.#subjects = new SubjectIndex(store, secrets);
    // Many sessions have the same markers.
    const markers = { ...store, get: rememberReads(store) };
    this.#revocations = new Revocations({ store: markers, lifetimeMs, onFlood: () => undefined });
  }

  /** The live sessions of these people, read from their own sets; undefined = all, in no order. */
  async *list(people?: readonly Person[]): AsyncGenerator<ListedSession> {
    const listed = people === undefined ? this.#all() : this.#of(people);
    for await (const found of listed) yield* found.filter((one) => one !== undefined);
  }

  /** The keys of the sessions with this id, from the names of all sessions: more than one = the id is ambiguous. */
  async keysWith(id: string): Promise<string[]> {
    const found = new Set<string>();
    for await (const keys of this.#parts.store.keys(sessionPrefix))
      for (const key of keys) if (isSessionKey(key) && idOf(key) === id) found.add(key);
    return [...found];
  }

  /** What a list shows of a session, also of one that has expired; undefined = it cannot be read. */
  async entryOf(key: string): Promise<ListedEntry | undefined> {
    const read = v.safeParse(stored, await this.#parts.store.get(key));
    return read.success ? this.#entries.open(key, read.output.listed) : undefined;
  }

  /** Ends one session on all replicas. Throws "store_unreachable". */
  async end(key: string): Promise<void> {
    const { settleMs, store } = this.#parts;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const isEnded = await this.#replace(key);
      const announce = () => store.announce(revocationKeyOfKey(key));
      await announce().catch(() => retry(announce));
      if (isEnded && settleMs === 0) return;
      // A write that had compared the version before may have replaced this one.
      await pause(settleMs);
      if (isEnded && (await this.#isOver(key))) return;
    }
    throw new Error(
      `the session is written again and again: ${mostAttempts} attempts to end it failed`,
    );
  }

  /** A mark in place of the record, so that no write in progress can bring the session back. */
  async #replace(key: string): Promise<boolean> {
    const { store } = this.#parts;
    const value = await store.get(key);
    const read = v.safeParse(stored, value);
    if (!read.success) {
      await store.remove(key);
      return true;
    }
    const { version, listed, isRevoked } = read.output;
    if (isRevoked === true) return true;
    const mark = { isRevoked: true, listed, version: version + 1 };
    return store.replace(key, mark, this.#ttlSeconds(key, listed), version);
  }

  async #isOver(key: string): Promise<boolean> {
    const value = (await this.#parts.store.get(key)) ?? undefined;
    const read = v.safeParse(stored, value);
    return value === undefined || (read.success && read.output.isRevoked === true);
  }

  #ttlSeconds(key: string, listed: string): number {
    const { lifetimeMs, now } = this.#parts;
    const expiresAt = this.#entries.open(key, listed)?.expiresAt ?? now() + lifetimeMs;
    return Math.max(60, Math.ceil((expiresAt - now()) / 1000));
  }

  async *#all(): AsyncGenerator<readonly (ListedSession | undefined)[]> {
    const seen = new Set<string>();
    for await (const keys of this.#parts.store.keys(sessionPrefix)) {
      const fresh = keys.filter((key) => isSessionKey(key) && !seen.has(key));
      for (const key of fresh) seen.add(key);
      for (const some of inBatches(fresh))
        yield await Promise.all(some.map((key) => this.#live(key)));
    }
  }

  async *#of(people: readonly Person[]): AsyncGenerator<readonly (ListedSession | undefined)[]> {
    for (const person of people)
      for (const keys of inBatches(await this.#subjects.keysOf(person)))
        yield await Promise.all(keys.map((key) => this.#live(key, person)));
  }

  /** A session that counts, and belongs to this person: another process with the store may have written the set. */
  async #live(key: string, person?: Person): Promise<ListedSession | undefined> {
    const value = (await this.#parts.store.get(key)) ?? undefined;
    // Its entry stays, and expires by itself: a sign-in writes both at the same time, and the record may come later.
    if (value === undefined) return undefined;
    const read = v.safeParse(stored, value);
    const entry = read.success ? this.#entries.open(key, read.output.listed) : undefined;
    if (!read.success || entry === undefined) {
      this.unreadable++;
      return undefined;
    }
    const { issuer, subject } = entry.identity;
    const isTheirs =
      person === undefined || (person.issuer === issuer && person.subject === subject);
    const isOver = read.output.isRevoked === true || this.#hasExpired(entry);
    if (!isTheirs || isOver || (await this.#revocations.isRevoked(toRevocable(entry))))
      return undefined;
    return { ...entry, id: idOf(key) };
  }

  /** The last use is stored once per tenth of the idle time. */
  #hasExpired({ createdAt, expiresAt, usedAt }: ListedEntry): boolean {
    const { now, lifetimeMs, idleMs } = this.#parts;
    return now() >= Math.min(expiresAt, createdAt + lifetimeMs, usedAt + idleMs * 1.1);
  }
}

function toRevocable({ identity, sid, tombstones }: ListedEntry) {
  return { identity, sid, tombstones };
}

/** The field `session` of the log. */
function idOf(key: string): string {
  return digestOfKey(revocationKeyOfKey(key));
}

function* inBatches(keys: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < keys.length; start += batch) yield keys.slice(start, start + batch);
}
