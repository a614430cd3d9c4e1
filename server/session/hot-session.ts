import { digestOfKey } from "./digest.ts";
import type { SessionRecord, ShownRecord } from "./record.ts";
import {
  revocationKeyOfAll,
  sessionRevocationKey,
  sidRevocationKey,
  subjectRevocationKey,
} from "./revocations.ts";
import { Session } from "./session.ts";

/** Renewal starts after this fraction of `refresh`, while the session is still usable without it. */
const ahead = 0.8;
/** Renewal interval while the groups could not be read. */
const retryMs = 60_000;
const never = Number.POSITIVE_INFINITY;

/** The session times of the configuration. */
export interface Limits {
  readonly lifetimeMs: number;
  readonly refreshMs: number;
  /** How long a session stays valid beyond `refresh` while the issuer is unreachable. */
  readonly graceMs: number;
}

/**
 * A live session in this process's cache. It holds only what a request and the next renewal need, because there may
 * be a hundred thousand. All times are milliseconds since the epoch.
 */
export class HotSession extends Session {
  declare readonly record: ShownRecord & Pick<SessionRecord, "askedAt">;
  // What every request reads comes first, to be in one cache line of the processor.
  /** The URL of the only site that accepts it. */
  readonly site: string;
  /** The revocation epoch up to which the keys have been compared. */
  epoch: number;
  // Only declared: if they began as undefined, each new value would be an object of its own.
  /** When to renew at the issuer. */
  declare renewAt: number;
  /** The last use, to ten seconds. It is written to the store far more rarely. */
  declare usedAt: number;
  /** The last use that was written to the store. */
  declare storedUsedAt: number;
  isTouching = false;
  // The revocation keys of this session. As fields they take half the memory of a list.
  readonly ownKey: string;
  readonly #subjectKey: string;
  readonly #sidKey: string | undefined;
  readonly #limits: Limits;

  constructor(parts: {
    readonly token: string;
    readonly record: SessionRecord;
    readonly epoch: number;
    readonly usedAt: number;
    readonly canRenew: boolean;
    readonly limits: Limits;
  }) {
    const { record, limits } = parts;
    const { identity, accessToken, idToken, createdAt, expiresAt, askedAt } = record;
    // All in one literal: spread properties would be in a second object.
    const shown: HotSession["record"] = {
      identity,
      accessToken,
      idToken,
      createdAt,
      expiresAt,
      askedAt,
    };
    super(shown);
    this.site = record.site;
    this.epoch = parts.epoch;
    this.#limits = limits;
    this.renewAt = parts.canRenew ? askedAt + this.#everyMs * ahead : never;
    this.usedAt = parts.usedAt;
    this.storedUsedAt = record.usedAt;
    this.ownKey = sessionRevocationKey(parts.token);
    this.#subjectKey = subjectRevocationKey(record);
    this.#sidKey = sidRevocationKey(record);
  }

  /** A lifetime that is shortened in the configuration also applies to existing sessions. */
  get endsAt(): number {
    return Math.min(this.record.expiresAt, this.record.createdAt + this.#limits.lifetimeMs);
  }

  override get digest(): string {
    return digestOfKey(this.ownKey);
  }

  /** The revocation keys that end this session. */
  get revocationKeys(): readonly string[] {
    return [this.ownKey, revocationKeyOfAll, this.#subjectKey, this.#sidKey ?? this.ownKey];
  }

  /** Those after which no session of the same key can be valid again. */
  get finalKeys(): readonly string[] {
    return this.#sidKey === undefined ? [this.ownKey] : [this.ownKey, this.#sidKey];
  }

  get #everyMs(): number {
    const { refreshMs } = this.#limits;
    const isIncomplete = this.record.identity.groupsFault?.isTransient === true;
    return isIncomplete ? Math.min(refreshMs, retryMs) : refreshMs;
  }

  /** From this time on, a request waits for the renewal. */
  get staleAt(): number {
    return this.record.askedAt + this.#everyMs;
  }

  /** How long checks may be skipped after a use: up to `longestMs`, and not beyond its end or its renewal. */
  freshUntil(time: number, longestMs: number): number {
    return Math.min(time + longestMs, this.endsAt, this.renewAt);
  }

  /** No token is left to renew with. */
  cannotRenew(): void {
    this.renewAt = never;
  }

  /** The session, if it may be used without a renewal: within the grace time, or if it cannot be renewed at all. */
  withinGrace(time: number): this | undefined {
    const { refreshMs, graceMs } = this.#limits;
    return time < this.record.askedAt + refreshMs + graceMs || this.renewAt === never
      ? this
      : undefined;
  }
}
