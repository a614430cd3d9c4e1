import type { SessionRecord, ShownRecord } from "./record.ts";
import { revocationKeysOf, sessionRevocationKey } from "./revocations.ts";
import { Session } from "./session.ts";

/** The issuer is asked when so much of `refresh` is over, while the session can still be used without. */
const ahead = 0.8;
/** Groups that could not be had are asked for again sooner. */
const retryMs = 60_000;
const never = Number.POSITIVE_INFINITY;

/** What the configuration says of the times of sessions. */
export interface Limits {
  readonly lifetimeMs: number;
  readonly refreshMs: number;
  /** How long the issuer's last word counts beyond `refresh` while it cannot be asked. */
  readonly graceMs: number;
}

/**
 * A live session in this process: as little as a request and the next question to the issuer need, for there may be
 * a hundred thousand. All times are milliseconds since the epoch.
 */
export class HotSession extends Session {
  declare readonly record: ShownRecord & Pick<SessionRecord, "askedAt">;
  /** The URL of the only site that takes it. */
  readonly site: string;
  readonly endsAt: number;
  /** When to ask the issuer again. */
  renewAt: number;
  /** When it was last seen, to the second; the store hears of it far more rarely. */
  usedAt: number;
  /** When the store last heard. */
  storedUsedAt: number;
  isTouching = false;
  /** The names by which it may be ended from elsewhere. */
  readonly revocationKeys: readonly string[];
  /** Up to where the revocations have been compared. */
  epoch: number;
  readonly #limits: Limits;
  #skipsUntil = 0;

  constructor(made: {
    readonly token: string;
    readonly record: SessionRecord;
    readonly epoch: number;
    readonly usedAt: number;
    readonly canRenew: boolean;
    readonly limits: Limits;
  }) {
    const { record, limits } = made;
    const { identity, accessToken, idToken, expiresAt, askedAt } = record;
    const shown: HotSession["record"] = { identity, accessToken, idToken, expiresAt, askedAt };
    super(shown);
    this.site = record.site;
    // A lifetime that was shortened since counts for the sessions that are there already.
    this.endsAt = Math.min(expiresAt, record.createdAt + limits.lifetimeMs);
    this.#limits = limits;
    this.renewAt = made.canRenew ? askedAt + this.#everyMs * ahead : never;
    this.usedAt = made.usedAt;
    this.storedUsedAt = record.usedAt;
    this.revocationKeys = [sessionRevocationKey(made.token), ...revocationKeysOf(record)];
    this.epoch = made.epoch;
  }

  get #everyMs(): number {
    const { refreshMs } = this.#limits;
    const isPoor = this.record.identity.groupsFault?.isTransient === true;
    return isPoor ? Math.min(refreshMs, retryMs) : refreshMs;
  }

  /** From then on a request waits for the issuer's word. */
  get staleAt(): number {
    return this.record.askedAt + this.#everyMs;
  }

  /** It was used, and for so long it need not be looked at again: neither its end nor its renewal falls into that time. */
  skipChecksUntil(time: number, longestMs: number): void {
    this.usedAt = time;
    this.#skipsUntil = Math.min(time + longestMs, this.endsAt, this.renewAt);
  }

  /** Not so if the clock was set back meanwhile. */
  isFresh(time: number): boolean {
    return time >= this.usedAt && time < this.#skipsUntil;
  }

  /** There is nothing left to ask its issuer with. */
  cannotRenew(): void {
    this.renewAt = never;
  }

  /** The session, if it may be used though its issuer did not answer; or cannot be asked at all. */
  withinGrace(time: number): this | undefined {
    const { refreshMs, graceMs } = this.#limits;
    return time < this.record.askedAt + refreshMs + graceMs || this.renewAt === never
      ? this
      : undefined;
  }
}
