import type { SessionRecord } from "./record.ts";
import { marksOf, sessionMark } from "./revocations.ts";
import { Session } from "./session.ts";

/** The issuer is asked when so much of `refresh` is over, while the session can still be used without. */
const ahead = 0.8;
/** Groups that could not be had are asked for again sooner. */
const retryMs = 60_000;
const never = Number.POSITIVE_INFINITY;

/** A live session in this process. All times are milliseconds since the epoch. */
export class HotSession extends Session {
  /** Without the tokens, which nobody needs between two questions to the issuer. */
  declare readonly record: SessionRecord;
  /** The URL of the only site that takes it. */
  readonly site: string;
  readonly endsAt: number;
  /** When to ask the issuer again. */
  renewAt: number;
  /** From then on a request waits for the issuer's word. */
  readonly staleAt: number;
  readonly #graceEndsAt: number;
  /** When it was last seen, to the request; the store hears of it far more rarely. */
  usedAt: number;
  /** When the store last heard. */
  storedUsedAt: number;
  isTouching = false;
  /** The names by which it may be ended from elsewhere. */
  readonly marks: readonly string[];
  /** Up to where the revocations have been compared. */
  epoch: number;
  #restsFrom = 0;
  #restsUntil = 0;

  constructor(made: {
    readonly token: string;
    readonly record: SessionRecord;
    readonly epoch: number;
    readonly usedAt: number;
    readonly canRenew: boolean;
    readonly lifetimeMs: number;
    readonly refreshMs: number;
    readonly graceMs: number;
  }) {
    const { record, refreshMs } = made;
    const shown: SessionRecord = { ...record, tokens: undefined };
    super(shown);
    this.site = record.site;
    // A lifetime that was shortened since counts for the sessions that are there already.
    this.endsAt = Math.min(record.expiresAt, record.createdAt + made.lifetimeMs);
    const isPoor = record.identity.groupsFault?.isTransient === true;
    const everyMs = isPoor ? Math.min(refreshMs, retryMs) : refreshMs;
    this.renewAt = made.canRenew ? record.askedAt + everyMs * ahead : never;
    this.staleAt = record.askedAt + everyMs;
    this.#graceEndsAt = record.askedAt + refreshMs + made.graceMs;
    this.usedAt = made.usedAt;
    this.storedUsedAt = record.usedAt;
    this.marks = [sessionMark(made.token), ...marksOf(record)];
    this.epoch = made.epoch;
  }

  /** From a use on nothing can happen to it by itself before its next turn of any kind, nor, for so long, by idleness. */
  rest(time: number, longestMs: number): void {
    this.#restsFrom = time;
    this.#restsUntil = Math.min(time + longestMs, this.endsAt, this.renewAt);
  }

  /** Not so if the clock was set back meanwhile. */
  isResting(time: number): boolean {
    return time >= this.#restsFrom && time < this.#restsUntil;
  }

  /** There is nothing left to ask its issuer with. */
  cannotRenew(): void {
    this.renewAt = never;
  }

  /** The session, if it may be used though its issuer did not answer; or cannot be asked at all. */
  inGrace(time: number): this | undefined {
    return time < this.#graceEndsAt || this.renewAt === never ? this : undefined;
  }
}
