import { createHash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import * as v from "valibot";
import type { Site } from "../config/site.ts";
import type { Log } from "../observe/log.ts";
import { reasonsOf } from "../observe/log.ts";
import { parseRecord, type SessionRecord } from "./record.ts";
import { deriveKey, open, seal } from "./seal.ts";
import type { Store } from "./storage.ts";

/** A live session in this process. */
export interface Session {
  readonly record: SessionRecord;
  /** When it was last seen, to the request; the store hears of it far more rarely. */
  usedAt: number;
  /** When the store last heard. */
  storedUsedAt: number;
  /** Signed out: whoever still holds this object must not write it back. */
  isEnded: boolean;
  /** The last write under way, which an end has to wait for. */
  writing: Promise<void>;
}

export interface SessionOptions {
  readonly store: Store;
  readonly secrets: readonly string[];
  readonly lifetimeMs: number;
  readonly idleMs: number;
  /** Whether the provider and client that a session came from are still configured. */
  readonly isCurrent: (record: SessionRecord) => boolean;
  readonly log: Log;
  readonly now: () => number;
}

/** 256 random bits in base64url. Anything else is refused before the store is asked. */
const tokenGrammar = /^[A-Za-z0-9_-]{43}$/;
const envelope = v.object({ sealed: v.string() });
const hotSessions = 100_000;

export class Sessions {
  readonly #options: SessionOptions;
  readonly #hot = new LRUCache<string, Session>({ max: hotSessions });
  /** One read of the store a session, however many requests wait for it. */
  readonly #loading = new Map<string, Promise<Session | undefined>>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * The live session of a site's cookie: at once when it is hot, else from the store. Another site's is
   * none. Throws "store_unreachable".
   */
  find(site: Site, token: string | undefined): Session | undefined | Promise<Session | undefined> {
    if (token === undefined) return undefined;
    const session = this.#hot.get(token);
    if (session !== undefined) return this.#alive(site, token, session);
    if (!tokenGrammar.test(token)) return undefined;
    return this.#load(token).then((found) => found && this.#alive(site, token, found));
  }

  /** Opens a session; the token is for the browser alone. */
  async start(
    record: Omit<SessionRecord, "version" | "createdAt" | "expiresAt" | "usedAt">,
  ): Promise<string> {
    const { now, lifetimeMs } = this.#options;
    const token = randomBytes(32).toString("base64url");
    const createdAt = now();
    const times = { createdAt, expiresAt: createdAt + lifetimeMs, usedAt: createdAt };
    const session = this.#adopt({ version: 1, ...record, ...times });
    await this.#write(token, session);
    this.#hot.set(token, session);
    return token;
  }

  /** Ends a session for good. Gives back who it was, if anybody. */
  async end(site: Site, token: string | undefined): Promise<Session | undefined> {
    if (token === undefined || !tokenGrammar.test(token)) return undefined;
    // Also one that is over already: a write of it may still be on its way.
    const session = this.#hot.get(token) ?? (await this.#load(token));
    if (session !== undefined) {
      if (session.record.site !== site.url.href) return undefined;
      session.isEnded = true;
      await session.writing;
    }
    await this.#options.store.remove(storeKey(token));
    this.#hot.delete(token);
    return session;
  }

  /** Lets what is being written finish. */
  async settle(): Promise<void> {
    await Promise.all([...this.#hot.values()].map((session) => session.writing));
  }

  #adopt(record: SessionRecord): Session {
    const { usedAt } = record;
    return { record, usedAt, storedUsedAt: usedAt, isEnded: false, writing: Promise.resolve() };
  }

  #load(token: string): Promise<Session | undefined> {
    const pending =
      this.#loading.get(token) ?? this.#read(token).finally(() => this.#loading.delete(token));
    this.#loading.set(token, pending);
    return pending;
  }

  async #read(token: string): Promise<Session | undefined> {
    const key = storeKey(token);
    const stored = v.safeParse(envelope, await this.#options.store.get(key));
    if (!stored.success) return undefined;
    for (const secret of this.#options.secrets) {
      const plaintext = open(deriveKey(secret, token, "session"), key, stored.output.sealed);
      const record = plaintext === undefined ? undefined : parseRecord(plaintext);
      if (record === undefined) continue;
      const session = this.#adopt(record);
      this.#hot.set(token, session);
      return session;
    }
    return undefined;
  }

  /** The session if its time is not over. Expiry is checked here, for most drivers know none. */
  #alive(site: Site, token: string, session: Session): Session | undefined {
    const { now, idleMs, lifetimeMs, isCurrent } = this.#options;
    const time = now();
    // A lifetime that was shortened since counts for the sessions that are there already.
    const endsAt = Math.min(session.record.expiresAt, session.record.createdAt + lifetimeMs);
    if (session.isEnded || session.record.site !== site.url.href) return undefined;
    if (time >= endsAt || time >= session.usedAt + idleMs || !isCurrent(session.record)) {
      this.#discard(token, session);
      return undefined;
    }
    session.usedAt = time;
    if (time - session.storedUsedAt >= idleMs / 10) this.#touch(token, session, time);
    return session;
  }

  #discard(token: string, session: Session): void {
    session.isEnded = true;
    this.#hot.delete(token);
    const removal = session.writing.then(() => this.#options.store.remove(storeKey(token)));
    removal.catch((error: unknown) => this.#warn("an expired session could not be removed", error));
  }

  /** Tells the store of the last use, behind the answer. A failure costs idle time, not the session. */
  #touch(token: string, session: Session, time: number): void {
    session.storedUsedAt = time;
    const write = () => (session.isEnded ? undefined : this.#write(token, session));
    session.writing = session.writing
      .then(write)
      .catch((error: unknown) =>
        this.#warn("the last use of a session could not be stored", error),
      );
  }

  async #write(token: string, session: Session): Promise<void> {
    const { store, secrets, now } = this.#options;
    const key = storeKey(token);
    const record = { ...session.record, usedAt: session.usedAt };
    const sealed = seal(deriveKey(secrets[0] ?? "", token, "session"), key, JSON.stringify(record));
    await store.set(key, { sealed }, Math.ceil((record.expiresAt - now()) / 1000), () =>
      this.#undo(key, session),
    );
  }

  /** A write that comes after the end would bring the session back to life. */
  #undo(key: string, session: Session): void {
    if (!session.isEnded) return;
    this.#options.store
      .remove(key)
      .catch((error: unknown) => this.#warn("an ended session could not be removed", error));
  }

  #warn(message: string, error: unknown): void {
    this.#options.log.warn({ reason: reasonsOf(error) }, message);
  }
}

/** A hash, so that whoever reads the store's keys holds nobody's cookie. */
function storeKey(token: string): string {
  return `session:${createHash("sha256").update(token).digest("hex")}`;
}
