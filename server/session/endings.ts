import { createBoundedCache } from "../memory/bounded-cache.ts";
import type { Site } from "../config/site.ts";
import { auditedIdentity, type AuditedPerson } from "../identity/audited.ts";
import type { TokenCache } from "../memory/token-cache.ts";
import type { Audit } from "../observe/audit.ts";
import type { Counts } from "../observe/counts.ts";
import type { CommonFields } from "../observe/events.ts";
import type { LoggedRequest } from "../observe/request-id.ts";
import type { FoundCause, LeaveCause } from "../observe/session-metrics.ts";
import type { BackgroundTasks } from "./background.ts";
import { sessionDigest } from "./digest.ts";
import type { HotSession } from "./hot-session.ts";
import { retry } from "./retry.ts";
import type { SessionRecord } from "./record.ts";
import type { Person } from "./subject-index.ts";
import { sessionRevocationKey, type Revocations } from "./revocations.ts";
import type { SealedRecords } from "./sealed-records.ts";
import { isToken } from "./token.ts";

const notAnnounced = "could not announce the end of a session";
const notRemoved = "could not remove an ended session";
const isBack = "an ended session was in the store again; removing it";
const notUnlisted = "could not remove an ended session from the list of its person's sessions";

interface Parts {
  readonly records: SealedRecords;
  readonly revocations: Revocations;
  readonly hot: TokenCache<HotSession>;
  readonly background: BackgroundTasks;
  readonly audit: Audit;
  readonly ended: Counts["ended"];
}

/** The parts of a session for the log. */
export interface Ended extends Pick<SessionRecord, "site"> {
  readonly identity: AuditedPerson;
}

/** The fields of an audit line about a session. */
export function auditedSession(
  token: string,
  { identity, site }: Ended,
  asked: LoggedRequest | undefined,
): CommonFields {
  const session = sessionDigest(token);
  return { requestId: asked?.requestId, ...auditedIdentity(identity), site, session };
}

/** Ended sessions whose records may still be in the store. */
const mostEnded = 10_000;

/** Ends single sessions: in this process, in the store and, where needed, on every other replica. */
export class Endings {
  readonly #parts: Parts;
  readonly #ended = createBoundedCache<true>(mostEnded);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Ends a session on all replicas and returns its record, if there was one. Throws "store_unreachable". */
  async end(
    site: Site,
    token: string | undefined,
    cause: LeaveCause,
  ): Promise<SessionRecord | undefined> {
    if (token === undefined || !isToken(token)) return undefined;
    const { records, hot, ended } = this.#parts;
    const stored = await records.read(token);
    if (stored !== undefined && stored.record.site !== site.id) return undefined;
    // Any caller can invent tokens, so only the end of a known session is announced.
    const isKnown =
      stored !== undefined || hot.get(token) !== undefined || (await records.has(token));
    await records.remove(token);
    hot.delete(token);
    if (stored !== undefined) this.#unlist(token, stored.record.identity);
    if (isKnown) {
      ended.add(cause);
      await this.#announce(token);
    }
    return stored?.record;
  }

  /** For a session that has expired or was revoked. Every replica detects that by itself. */
  expire(
    token: string,
    record: Ended,
    cause: FoundCause,
    asked: LoggedRequest | undefined,
  ): undefined {
    // Until its record is removed, each request finds it again.
    if (!this.hasEnded(token)) {
      this.#ended.set(token, true);
      this.#parts.ended.add(cause);
      this.#parts.audit("session_ended", cause, auditedSession(token, record, asked));
      this.#unlist(token, record.identity);
    }
    this.discard(token);
  }

  /**
   * Whether this process has found that a session ended by itself or at the issuer. Its record is removed in the background,
   * and until then it must not count again: also not if the clock goes back.
   */
  hasEnded(token: string): boolean {
    return this.#ended.get(token) === true;
  }

  /**
   * For a session whose end was announced, and whose record is in the store all the same: a replica of Redis that becomes
   * the primary may lack the last writes of the one before.
   */
  endAgain(token: string, isLost: boolean): undefined {
    this.#ended.set(token, true);
    // An end that was announced during the read is not lost.
    if (isLost)
      this.#parts.background.warn(isBack, new Error("a failover of the store lost its end"));
    this.discard(token);
  }

  /** Removes a record that no browser has the token of. */
  discard(token: string): void {
    const { records, hot, background } = this.#parts;
    hot.delete(token);
    background.run(notRemoved, () => records.remove(token));
  }

  /** For a session that the issuer has ended. Other replicas learn of it only by announcement. */
  endEverywhere(token: string): undefined {
    const { records, hot, background, ended } = this.#parts;
    ended.add("issuer");
    this.#ended.set(token, true);
    const identity = hot.get(token)?.record.identity;
    if (identity !== undefined) this.#unlist(token, identity);
    hot.delete(token);
    background.run(notRemoved, async () => {
      await records.remove(token);
      await this.#announce(token);
    });
  }

  /** In the background: an entry without its session is not shown. */
  #unlist(token: string, person: Person): void {
    const { records, background } = this.#parts;
    background.run(notUnlisted, () => records.unlist(token, person));
  }

  /** Retries on failure: the record is removed, but other replicas that still receive announcements trust their caches. */
  async #announce(token: string): Promise<void> {
    const { revocations, background } = this.#parts;
    const announce = () => revocations.announce(sessionRevocationKey(token));
    try {
      await announce();
    } catch (error) {
      background.warn(notAnnounced, error);
      background.run(notAnnounced, () => retry(announce));
    }
  }
}
