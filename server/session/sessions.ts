import { randomBytes } from "node:crypto";
import type { Site } from "../config/site.ts";
import { AuthError } from "../errors.ts";
import { Generations } from "../generations.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import type { Tokens } from "../sign-in/tokens.ts";
import type { Store } from "../store/store.ts";
import type { Outcome } from "./asking.ts";
import { HotSession, type Limits } from "./hot-session.ts";
import { patiently } from "./patiently.ts";
import { shape, type SessionRecord } from "./record.ts";
import { Renewals } from "./renewals.ts";
import { Revocations, sessionMark } from "./revocations.ts";
import { SealedRecords } from "./sealed-records.ts";
import type { Session } from "./session.ts";

export interface SessionOptions extends Limits {
  readonly store: Store;
  readonly secrets: readonly string[];
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly idleMs: number;
  /** Whether the provider and client that a session came from are still configured. */
  readonly isCurrent: (record: SessionRecord) => boolean;
  /** Which tokens a record holds for identity headers. */
  readonly shown: (tokens: Tokens) => Pick<SessionRecord, "accessToken" | "idToken">;
  readonly keepsIdToken: boolean;
  readonly log: Log;
  readonly now: () => number;
}

/** What a sign-in knows of the session that it opens. */
export type NewSession = Pick<SessionRecord, "identity" | "site" | "clientId" | "sid"> & {
  readonly tokens: Tokens;
};

/** 256 random bits in base64url. Anything else is refused before the store is asked. */
const tokenGrammar = /^[A-Za-z0-9_-]{43}$/;
const hotSessions = 100_000;
/** So exact is the time of last use; where `idle` is short, a hundredth of it. */
const longestRestMs = 1_000;
const notAnnounced = "the end of a session could not be announced";
const notRemoved = "a session that is over could not be removed";
/** A request that cannot do without the issuer's word waits for it this long. */
const patienceMs = 5_000;

export class Sessions {
  readonly #options: SessionOptions;
  readonly #records: SealedRecords;
  readonly #renewals: Renewals;
  readonly revocations: Revocations;
  readonly #hot = new Generations<HotSession>(hotSessions);
  /** One read of the store a session, and one question to its issuer, however many requests wait for it. */
  readonly #loading = new Map<string, Promise<HotSession | undefined>>();
  readonly #renewing = new Map<string, Promise<HotSession | undefined>>();
  /** What is being written behind answers. */
  readonly #writing = new Set<Promise<void>>();

  constructor(options: SessionOptions) {
    const { store, lifetimeMs } = options;
    this.#options = options;
    this.#records = new SealedRecords(options);
    this.#renewals = new Renewals({ ...options, records: this.#records });
    this.revocations = new Revocations({ store, lifetimeMs, onFlood: () => this.#hot.clear() });
  }

  /**
   * The live session of a site's cookie: at once when it is hot, else from the store. Another site's is
   * none. Throws "store_unreachable".
   */
  find(site: Site, token: string | undefined): Session | undefined | Promise<Session | undefined> {
    if (token === undefined) return undefined;
    const session = this.#hot.get(token);
    // While nobody tells us of what ends elsewhere, the store is asked every time.
    if (session !== undefined && this.#options.store.hearsAnnouncements)
      return this.#use(site, token, session);
    return this.#cold(site, token);
  }

  /** Opens a session; the token is for the browser alone. Throws "grant_ended" if the issuer ended its own meanwhile. */
  async start({ tokens, ...opened }: NewSession): Promise<string> {
    const { now, lifetimeMs, shown } = this.#options;
    const { epoch } = this.revocations;
    const { all, subject, sid } = await this.revocations.tombstonesOf(opened);
    if (sid !== undefined)
      throw new AuthError("grant_ended", "the issuer has ended this session already");
    const token = randomBytes(32).toString("base64url");
    const time = now();
    const record: SessionRecord = {
      shape,
      ...opened,
      ...shown(tokens),
      tokens: this.#renewals.kept(opened.identity.provider, tokens),
      tombstones: { all, subject },
      createdAt: time,
      expiresAt: time + lifetimeMs,
      usedAt: time,
      askedAt: time,
    };
    // Nobody has the token of one that was given up.
    await this.revocations.know(record);
    await this.#records.create(token, record, () => this.#remove(token));
    if (this.#options.isCurrent(record)) this.#hot.set(token, this.#adopt(token, record, epoch));
    return token;
  }

  /** Ends a session for good, everywhere. Gives back what it was, if anything. */
  async end(site: Site, token: string | undefined): Promise<SessionRecord | undefined> {
    if (token === undefined || !tokenGrammar.test(token)) return undefined;
    const stored = await this.#records.read(token);
    if (stored !== undefined && stored.record.site !== site.url.href) return undefined;
    // Strangers make up tokens as they like: nobody else hears of those.
    const isKnown =
      stored !== undefined ||
      this.#hot.get(token) !== undefined ||
      (await this.#records.has(token));
    await this.#records.remove(token);
    this.#hot.delete(token);
    if (isKnown) await this.#announceEnd(token);
    return stored?.record;
  }

  /** The session is over; but others may trust their caches who hear everybody, and only not us. */
  async #announceEnd(token: string): Promise<void> {
    const announce = () => this.revocations.announce(sessionMark(token));
    try {
      await announce();
    } catch (error) {
      this.#warn(notAnnounced, error);
      this.#behind(notAnnounced, () => patiently(announce));
    }
  }

  /** Lets what has begun finish. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#renewing.values(), ...this.#writing]);
    await this.#renewals.settle();
  }

  #adopt(token: string, record: SessionRecord, epoch: number, usedAt = record.usedAt): HotSession {
    const canRenew = this.#renewals.canRenew(record);
    return new HotSession({ token, record, epoch, usedAt, canRenew, limits: this.#options });
  }

  #cold(site: Site, token: string): undefined | Promise<Session | undefined> {
    if (!tokenGrammar.test(token)) return undefined;
    // A read that began before an end shows nothing of it; when ends are announced, that is noticed later.
    const begun = this.#options.store.hearsAnnouncements ? this.#loading.get(token) : undefined;
    const pending = begun ?? this.#load(token).finally(() => this.#loading.delete(token));
    this.#loading.set(token, pending);
    return pending.then((found) => found && this.#use(site, token, found, true));
  }

  async #load(token: string): Promise<HotSession | undefined> {
    // What ends from here on is compared later.
    const { epoch } = this.revocations;
    const stored = await this.#records.read(token);
    if (stored === undefined) {
      this.#hot.delete(token);
      return undefined;
    }
    const { record } = stored;
    if (await this.revocations.isRevoked(record)) {
      this.#remove(token);
      return undefined;
    }
    if (!this.#options.isCurrent(record)) return undefined;
    const known = this.#hot.get(token)?.usedAt ?? 0;
    const session = this.#adopt(token, record, epoch, Math.max(record.usedAt, known));
    this.#hot.set(token, session);
    return session;
  }

  /** The session for a request that came now, if its time is not over. Expiry is checked here, for most drivers know none. */
  #use(
    site: Site,
    token: string,
    session: HotSession,
    isFresh = false,
  ): Session | undefined | Promise<Session | undefined> {
    const { now, idleMs } = this.#options;
    const time = now();
    if (session.site !== site.url.href) return undefined;
    if (this.#isOutdated(session)) return this.#cold(site, token);
    if (session.isResting(time)) return session;
    if (time >= session.endsAt) return this.#remove(token);
    if (time >= session.usedAt + idleMs) {
      // Another replica may have seen it since.
      return isFresh ? this.#remove(token) : this.#cold(site, token);
    }
    session.usedAt = time;
    if (!session.isTouching && this.#isUseUnstored(session)) {
      this.#behind("the last use of a session could not be stored", () =>
        this.#touch(token, session),
      );
    }
    if (time >= session.renewAt) return this.#renewed(site, token, session, time);
    session.rest(time, Math.min(longestRestMs, idleMs / 100));
    return session;
  }

  /** Whether something ended since this session was read that may have been it. */
  #isOutdated(session: HotSession): boolean {
    const { epoch } = this.revocations;
    if (session.epoch === epoch) return false;
    if (this.revocations.isEndedSince(session.epoch, session.marks)) return true;
    session.epoch = epoch;
    return false;
  }

  /** Asks the issuer again: behind the answer while its last word is fresh enough, else before it. */
  #renewed(
    site: Site,
    token: string,
    session: HotSession,
    time: number,
  ): Session | undefined | Promise<Session | undefined> {
    const isStale = time >= session.staleAt;
    if (!this.#renewing.has(token) && this.#renewals.isShut(token, session.record))
      return session.inGrace(time);
    const renewing = this.#renewing.get(token) ?? this.#beginRenewal(token, session);
    if (isStale) return this.#awaited(site, token, session, renewing);
    renewing.catch((error: unknown) => this.#warn("an issuer could not be asked again", error));
    return session;
  }

  #beginRenewal(token: string, session: HotSession): Promise<HotSession | undefined> {
    const renewing = this.#renewals
      .renew(token, session.record)
      .then((outcome) => this.#apply(token, session, outcome))
      .finally(() => this.#renewing.delete(token));
    this.#renewing.set(token, renewing);
    return renewing;
  }

  #apply(token: string, session: HotSession, outcome: Outcome): HotSession | undefined {
    if (outcome.kind === "kept") return session;
    if (outcome.kind === "unable") {
      session.cannotRenew();
      return session;
    }
    if (outcome.kind === "ended") return this.#endEverywhere(token);
    // Not ours to remove: a replica with another secret may be able to open it.
    if (outcome.kind === "gone" || !this.#options.isCurrent(outcome.stored.record)) {
      this.#hot.delete(token);
      return undefined;
    }
    const next = this.#adopt(token, outcome.stored.record, session.epoch, session.usedAt);
    this.#hot.set(token, next);
    return next;
  }

  async #awaited(
    site: Site,
    token: string,
    session: HotSession,
    renewing: Promise<HotSession | undefined>,
  ): Promise<Session | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<HotSession>((resolve) => {
      timer = setTimeout(() => resolve(session), patienceMs);
    });
    const next = await Promise.race([renewing, late]).finally(() => clearTimeout(timer));
    if (next === undefined) return undefined;
    // Much may have ended while we waited.
    if (this.#isOutdated(next)) return this.#cold(site, token);
    const time = this.#options.now();
    if (time >= next.endsAt) return this.#remove(token);
    return next.inGrace(time);
  }

  /** Tells the store of the last use, behind the answer. A failure costs idle time, not the session. */
  async #touch(token: string, session: HotSession): Promise<void> {
    session.isTouching = true;
    try {
      while (this.#isUseUnstored(session)) {
        const stored = await this.#records.read(token);
        const { usedAt } = session;
        session.storedUsedAt = usedAt;
        if (stored === undefined) this.#hot.delete(token);
        else await this.#records.replace(token, { ...stored.record, usedAt }, stored.version);
      }
    } finally {
      session.isTouching = false;
    }
  }

  /** The store is told at most once in a tenth of the idle time, never of every request; or when the clock is set back. */
  #isUseUnstored({ usedAt, storedUsedAt }: HotSession): boolean {
    return Math.abs(usedAt - storedUsedAt) >= this.#options.idleMs / 10;
  }

  #remove(token: string): undefined {
    this.#hot.delete(token);
    this.#behind(notRemoved, () => this.#records.remove(token));
  }

  /** By the issuer's word, of which no other replica knows. */
  #endEverywhere(token: string): undefined {
    this.#hot.delete(token);
    this.#behind(notRemoved, async () => {
      await this.#records.remove(token);
      await this.#announceEnd(token);
    });
  }

  #behind(message: string, work: () => Promise<void>): void {
    const writing = work()
      .catch((error: unknown) => this.#warn(message, error))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  #warn(message: string, error: unknown): void {
    this.#options.log.warn({ reason: reasonsOf(error) }, message);
  }
}
