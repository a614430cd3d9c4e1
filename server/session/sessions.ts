import type { Site } from "../config/site.ts";
import { valueAt } from "../cookies/cookie.ts";
import { TokenCache } from "../memory/token-cache.ts";
import type { Audit } from "../observe/audit.ts";
import type { Count } from "../observe/counter.ts";
import type { Counts } from "../observe/counts.ts";
import type { LeaveCause } from "../observe/session-metrics.ts";
import type { LoggedRequest } from "../observe/request-id.ts";
import type { Log } from "../observe/log.ts";
import type { Tracer } from "../observe/tracer.ts";
import type { RelyingParty } from "../sign-in/relying-party.ts";
import type { Tokens } from "../sign-in/token-endpoint.ts";
import type { Store } from "../store/store.ts";
import type { Outcome } from "./ask-issuer.ts";
import { BackgroundTasks } from "./background.ts";
import { Endings } from "./endings.ts";
import { HostSessions } from "./host-sessions.ts";
import { HotSession, type Limits } from "./hot-session.ts";
import { LastUse } from "./last-use.ts";
import { openRecord } from "./opening.ts";
import { shape, type SessionRecord } from "./record.ts";
import { renewalFailed, Renewals } from "./renewals.ts";
import { Revocations } from "./revocations.ts";
import { SealedRecords } from "./sealed-records.ts";
import type { Session } from "./session.ts";
import { createToken, endsAsToken, isToken } from "./token.ts";

export interface SessionOptions extends Limits {
  readonly store: Store;
  readonly secrets: readonly string[];
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly idleMs: number;
  /** Whether the provider and client that a session came from are still configured. */
  readonly isCurrent: (record: SessionRecord) => boolean;
  /** The tokens that a record keeps for identity headers. */
  readonly shown: (tokens: Tokens) => Pick<SessionRecord, "accessToken" | "idToken">;
  readonly keepsIdToken: boolean;
  readonly audit: Audit;
  readonly counts: Counts;
  readonly tracer?: Tracer | undefined;
  readonly log: Log;
  readonly now: () => number;
}

/** The data of a new session, from its sign-in. */
export type NewSession = Pick<
  SessionRecord,
  "identity" | "site" | "clientId" | "sid" | "signIn"
> & {
  readonly tokens: Tokens;
};

const hotSessions = 100_000;
/** The precision of the time of last use. For a short `idle`, a hundredth of it instead. */
const longestSkipMs = 10_000;
/** How long a request waits for a renewal that is due. */
const timeoutMs = 5_000;

/** A site accepts the sessions of its own providers only, which may be others since the sign-in. */
function isOffered({ providers }: Site, { record }: HotSession): boolean {
  return providers === undefined || providers.includes(record.identity.provider);
}

export class Sessions {
  readonly #options: SessionOptions;
  readonly #records: SealedRecords;
  readonly #renewals: Renewals;
  readonly revocations: Revocations;
  /** The sessions at the hosts of apps, with `session.perHost`. */
  readonly atHosts: HostSessions;
  readonly #hot = new TokenCache<HotSession>(hotSessions);
  /** One store read and one renewal per session at a time, however many requests wait for it. */
  readonly #loading = new Map<string, Promise<HotSession | undefined>>();
  readonly #renewing = new Map<string, Promise<HotSession | undefined>>();
  readonly #background: BackgroundTasks;
  readonly #endings: Endings;
  readonly #hits: Count;
  readonly #misses: Count;
  readonly #lastUse: LastUse;

  constructor(options: SessionOptions) {
    const { store, lifetimeMs, idleMs, audit, counts, log } = options;
    this.#options = options;
    this.#records = new SealedRecords(options);
    this.#renewals = new Renewals({ ...options, records: this.#records });
    this.atHosts = new HostSessions(options);
    this.revocations = new Revocations({ store, lifetimeMs, onFlood: () => this.#hot.clear() });
    this.#background = new BackgroundTasks(log);
    const parts = { records: this.#records, hot: this.#hot, background: this.#background };
    const { revocations } = this;
    this.#endings = new Endings({ ...parts, audit, revocations, ended: counts.ended });
    this.#hits = counts.cacheReads.of("hit");
    this.#misses = counts.cacheReads.of("miss");
    this.#lastUse = new LastUse({ ...parts, idleMs });
  }

  /**
   * The live session for a site's cookie: synchronous from the cache, else from the store. A session of another
   * site is not returned. For a session at the host of an app, it is the parent. Throws "store_unreachable".
   *
   * @param asked the request: the log names it where the session ends or is renewed.
   */
  find(
    site: Site,
    token: string | undefined,
    asked?: LoggedRequest,
  ): Session | undefined | Promise<Session | undefined> {
    if (token === undefined) return undefined;
    const { signInSite } = site;
    if (signInSite !== undefined) return this.#findAtHost(site, signInSite, token, asked);
    // Without announcements, a session may have ended on another replica, so every request reads the store.
    const entry = this.#options.store.hearsAnnouncements ? this.#hot.entryOf(token) : -1;
    if (entry === -1) return this.#cold(site, token, asked);
    return this.#freshAt(site, entry) ?? this.#use(site, token, this.#hot.valueAt(entry), asked);
  }

  /** The same for the token that begins there in a header: a session that is fresh in the cache needs no copy of it. */
  findIn(
    site: Site,
    cookies: string,
    start: number,
    asked?: LoggedRequest,
  ): Session | undefined | Promise<Session | undefined> {
    const isCached = site.signInSite === undefined && this.#options.store.hearsAnnouncements;
    const entry = isCached && endsAsToken(cookies, start) ? this.#hot.find(cookies, start) : -1;
    if (entry === -1) return this.find(site, valueAt(cookies, start), asked);
    const fresh = this.#freshAt(site, entry);
    return fresh ?? this.#use(site, valueAt(cookies, start), this.#hot.valueAt(entry), asked);
  }

  /** The session of a cache entry, if it needs no check but those that a configuration or an announcement changes. */
  #freshAt(site: Site, entry: number): HotSession | undefined {
    const session = this.#hot.valueAt(entry);
    this.#hits.value++;
    const isFresh = this.#hot.isFresh(entry, this.#options.now());
    return isFresh && this.#isCurrent(site, session) ? session : undefined;
  }

  #findAtHost(
    site: Site,
    signInSite: Site,
    token: string,
    asked: LoggedRequest | undefined,
  ): Session | undefined | Promise<Session | undefined> {
    const parent = this.atHosts.parentOf(site, token);
    return parent instanceof Promise
      ? parent.then((found) => this.find(signInSite, found, asked))
      : this.find(signInSite, parent, asked);
  }

  /** The number of cached sessions. */
  get cached(): number {
    return this.#hot.size;
  }

  /** Opens a session; only the browser may get the token. Throws "grant_ended" if the issuer's session has ended. */
  async start({ tokens, ...opened }: NewSession): Promise<string> {
    const { now, lifetimeMs, shown } = this.#options;
    const { epoch } = this.revocations;
    const token = createToken();
    const time = now();
    const parts = {
      records: this.#records,
      revocations: this.revocations,
      discard: (left: string) => this.#endings.discard(left),
    };
    const record = await openRecord(parts, token, {
      shape,
      ...opened,
      ...shown(tokens),
      tokens: this.#renewals.kept(opened.identity.provider, tokens),
      createdAt: time,
      expiresAt: time + lifetimeMs,
      usedAt: time,
      askedAt: time,
    });
    this.#options.counts.opened.add(opened.identity.provider);
    if (this.#options.isCurrent(record)) this.#hot.set(token, this.#adopt(token, record, epoch));
    return token;
  }

  /** Ends a session on all replicas and returns its record, if there was one. Throws "store_unreachable". */
  end(
    site: Site,
    token: string | undefined,
    cause: LeaveCause = "signed_out",
  ): Promise<SessionRecord | undefined> {
    return this.#endings.end(site, token, cause);
  }

  /** Waits for all renewals and background work. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#renewing.values());
    await Promise.all([this.#background.settle(), this.#renewals.settle()]);
  }

  #adopt(token: string, record: SessionRecord, epoch: number, usedAt = record.usedAt): HotSession {
    const canRenew = this.#renewals.canRenew(record);
    return new HotSession({ token, record, epoch, usedAt, canRenew, limits: this.#options });
  }

  #cold(
    site: Site,
    token: string,
    asked: LoggedRequest | undefined,
  ): undefined | Promise<Session | undefined> {
    if (!isToken(token)) return undefined;
    this.#misses.value++;
    // A read that is in progress may miss a later end. Share it only while announcements reveal that end afterwards.
    const begun = this.#options.store.hearsAnnouncements ? this.#loading.get(token) : undefined;
    const pending = begun ?? this.#load(token, asked).finally(() => this.#loading.delete(token));
    this.#loading.set(token, pending);
    return pending.then((found) => found && this.#use(site, token, found, asked, true));
  }

  async #load(token: string, asked: LoggedRequest | undefined): Promise<HotSession | undefined> {
    // Read the epoch first: later announcements are then compared on use.
    const { epoch } = this.revocations;
    const stored = await this.#records.find(token);
    if (stored !== undefined && "revoked" in stored)
      return this.#endings.expire(token, stored.revoked, "revoked", asked);
    if (stored === undefined) {
      const before = this.#hot.get(token);
      this.#hot.delete(token);
      // The store has removed what was not used for too long.
      return before !== undefined && this.#isIdle(before)
        ? this.#expire(token, before, "idle", asked)
        : undefined;
    }
    const { record } = stored;
    if (await this.revocations.isRevoked(record)) {
      return this.#endings.expire(token, record, "revoked", asked);
    }
    if (!this.#options.isCurrent(record) || this.#endings.hasEnded(token)) return undefined;
    const known = this.#hot.get(token)?.usedAt ?? 0;
    const session = this.#adopt(token, record, epoch, Math.max(record.usedAt, known));
    const { finalKeys } = session;
    if (finalKeys.some((key) => this.revocations.isAnnounced(key))) {
      const isLost = !this.revocations.isEndedSince(epoch, finalKeys);
      return this.#endings.endAgain(token, isLost);
    }
    this.#hot.set(token, session);
    return session;
  }

  /** The session for a request at this time, unless it has expired. Checked here, because most drivers have no TTL. */
  #use(
    site: Site,
    token: string,
    session: HotSession,
    asked: LoggedRequest | undefined,
    isJustLoaded = false,
  ): Session | undefined | Promise<Session | undefined> {
    const { now, idleMs } = this.#options;
    const time = now();
    if (session.site !== site.id || !isOffered(site, session)) return undefined;
    if (this.#isOutdated(session)) return this.#cold(site, token, asked);
    if (time >= session.endsAt) return this.#expire(token, session, "lifetime", asked);
    if (time >= session.usedAt + idleMs) {
      // Another replica may have recorded a later use.
      return isJustLoaded
        ? this.#expire(token, session, "idle", asked)
        : this.#cold(site, token, asked);
    }
    session.usedAt = time;
    this.#lastUse.note(token, session);
    if (time >= session.renewAt) return this.#renewed(site, token, session, time, asked);
    const until = session.freshUntil(time, Math.min(longestSkipMs, idleMs / 100));
    this.#hot.keepFresh(token, session, time, until);
    return session;
  }

  /** Whether the site accepts a session that no announcement since its last check may have ended. */
  #isCurrent(site: Site, session: HotSession): boolean {
    const { epoch } = this.revocations;
    return session.epoch === epoch && session.site === site.id && isOffered(site, session);
  }

  #isIdle({ usedAt }: HotSession): boolean {
    const { now, idleMs } = this.#options;
    return now() >= usedAt + idleMs;
  }

  #expire(
    token: string,
    { site, record: { identity } }: HotSession,
    reason: "lifetime" | "idle",
    asked: LoggedRequest | undefined,
  ): undefined {
    return this.#endings.expire(token, { site, identity }, reason, asked);
  }

  /** Whether an announcement since this session was read may have ended it. */
  #isOutdated(session: HotSession): boolean {
    const { epoch } = this.revocations;
    if (session.epoch === epoch) return false;
    if (this.revocations.isEndedSince(session.epoch, session.revocationKeys)) return true;
    session.epoch = epoch;
    return false;
  }

  /** Renews at the issuer: in the background until the session is stale, then before the response. */
  #renewed(
    site: Site,
    token: string,
    session: HotSession,
    time: number,
    asked: LoggedRequest | undefined,
  ): Session | undefined | Promise<Session | undefined> {
    const isStale = time >= session.staleAt;
    if (!this.#renewing.has(token) && this.#renewals.isShut(token, session.record))
      return session.withinGrace(time);
    const renewing = this.#renewing.get(token) ?? this.#beginRenewal(token, session, asked);
    if (isStale) return this.#awaited(site, token, session, renewing, asked);
    renewing.catch((error: unknown) => this.#background.warn(renewalFailed, error));
    return session;
  }

  #beginRenewal(
    token: string,
    session: HotSession,
    asked: LoggedRequest | undefined,
  ): Promise<HotSession | undefined> {
    const renewing = this.#renewals
      .renew(token, session.record, asked)
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
    if (outcome.kind === "ended") return this.#endings.endEverywhere(token);
    // Do not remove the record: a replica with another secret may be able to open it.
    const isLost = outcome.kind === "missing" || this.#endings.hasEnded(token);
    if (isLost || !this.#options.isCurrent(outcome.stored.record)) {
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
    asked: LoggedRequest | undefined,
  ): Promise<Session | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<HotSession>((resolve) => {
      timer = setTimeout(() => resolve(session), timeoutMs);
    });
    const next = await Promise.race([renewing, late]).finally(() => clearTimeout(timer));
    // The session may have ended while the request waited.
    if (next === undefined || this.#endings.hasEnded(token)) return undefined;
    if (this.#isOutdated(next)) return this.#cold(site, token, asked);
    const time = this.#options.now();
    if (time >= next.endsAt) return this.#expire(token, next, "lifetime", asked);
    return next.withinGrace(time);
  }
}
