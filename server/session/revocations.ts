import { createHash, randomBytes } from "node:crypto";
import * as v from "valibot";
import type { Store } from "../store/store.ts";
import type { SessionRecord } from "./record.ts";
import { storeKey } from "./sealed-records.ts";

/** Whose sessions end: everybody's, a person's, or those of one session at the issuer. */
export type Revoked =
  | { readonly kind: "all" }
  | { readonly kind: "subject"; readonly issuer: string; readonly subject: string }
  | { readonly kind: "sid"; readonly issuer: string; readonly sid: string };

/** The names of the tombstones that stand for a session, by their kind. */
export type Tombstones = Readonly<Partial<Record<Revoked["kind"], string>>>;

const tombstone = v.object({ id: v.string() });
/** The name of one that was torn: it still stands. */
const unreadable = "";
/** So many at least are remembered one by one. */
const mostRecent = 25_000;
/** The lifetime may have been longer when a session began, and may be again. */
const usualLongestMs = 30 * 24 * 60 * 60_000;
/** A clock that was wrong and is set right must not let a session outlive the word that ended it. */
const clockErrorMs = 24 * 60 * 60_000;

/**
 * Ends sessions by writing one record, however many there are, and none of them is looked for: whoever reads
 * a session compares. A tombstone has no time but a name, and a session knows those that were there before
 * it; so no clock has to agree with another.
 */
export class Revocations {
  readonly #store: Store;
  readonly #lifetimeMs: number;
  /** What ended by its mark, and at which epoch, in two generations. */
  #recent = new Map<string, number>();
  #older = new Map<string, number>();
  #olderUntil = 0;
  readonly #onFlood: () => void;
  /** Grows with everything that ends anywhere, so that a hot session knows when to look again. */
  epoch = 0;
  /** Of what ended up to then, nobody knows any more what it was. */
  #forgottenEpoch = 0;

  constructor(parts: {
    readonly store: Store;
    readonly lifetimeMs: number;
    /** Some of what was revoked may have been missed, so that no local cache can tell what. */
    readonly onFlood: () => void;
  }) {
    this.#store = parts.store;
    this.#lifetimeMs = parts.lifetimeMs;
    this.#onFlood = parts.onFlood;
    parts.store.onAnnounced((revocationKey) => this.#hear(revocationKey));
    parts.store.onReconnected(() => this.#flood());
  }

  /** Writes the tombstone and tells everybody. Throws "store_unreachable". */
  async revoke(revoked: Revoked): Promise<void> {
    const revocationKey = revocationKeyOf(revoked);
    // No session outlives its lifetime, so then there is nothing left to end.
    const longestMs = Math.max(this.#lifetimeMs, usualLongestMs);
    const ttlSeconds = Math.ceil((longestMs + clockErrorMs) / 1000);
    await this.#store.set(
      keyOf(revocationKey),
      { id: randomBytes(9).toString("base64url") },
      ttlSeconds,
    );
    await this.announce(revocationKey);
  }

  /** Tells everybody that what goes by this mark must be looked at anew. */
  async announce(revocationKey: string): Promise<void> {
    this.#hear(revocationKey);
    await this.#store.announce(revocationKey);
  }

  /** Remembers that an issuer's session has sessions here, for those who may only end what there is. */
  async know({
    identity: { issuer },
    sid,
  }: Pick<SessionRecord, "identity" | "sid">): Promise<void> {
    if (sid === undefined) return;
    const key = knownKey(revocationKeyOf({ kind: "sid", issuer, sid }));
    await this.#store.set(key, { known: true }, Math.ceil(this.#lifetimeMs / 1000));
  }

  async isKnown(issuer: string, sid: string): Promise<boolean> {
    const key = knownKey(revocationKeyOf({ kind: "sid", issuer, sid }));
    return ((await this.#store.get(key)) ?? undefined) !== undefined;
  }

  /** What stands in the store, as a new session keeps it. */
  async tombstonesOf(whose: Pick<SessionRecord, "identity" | "sid">): Promise<Tombstones> {
    const found = await Promise.all(
      whoseSessions(whose).map(async (revoked): Promise<[string, string][]> => {
        const stored = (await this.#store.get(keyOf(revocationKeyOf(revoked)))) ?? undefined;
        if (stored === undefined) return [];
        const read = v.safeParse(tombstone, stored);
        return [[revoked.kind, read.success ? read.output.id : unreadable]];
      }),
    );
    return Object.fromEntries(found.flat());
  }

  /** Whether a tombstone stands that was not there when the session began. One that is gone ends nothing. */
  async isRevoked(record: SessionRecord): Promise<boolean> {
    const found = await this.tombstonesOf(record);
    const known = { ...record.tombstones, sid: undefined };
    return (["all", "subject", "sid"] as const).some(
      (kind) => found[kind] !== undefined && found[kind] !== known[kind],
    );
  }

  /** Whether something with one of these marks was ended since that epoch, or may have been. */
  isEndedSince(epoch: number, revocationKeys: readonly string[]): boolean {
    if (epoch < this.#forgottenEpoch) return true;
    return revocationKeys.some(
      (revocationKey) =>
        (this.#recent.get(revocationKey) ?? this.#older.get(revocationKey) ?? 0) > epoch,
    );
  }

  #hear(revocationKey: string): void {
    this.epoch++;
    this.#recent.set(revocationKey, this.epoch);
    if (this.#recent.size < mostRecent) return;
    // Only what was not used for so many ends is looked at anew: everybody at once would be more than a store bears.
    this.#forgottenEpoch = this.#olderUntil;
    this.#olderUntil = this.epoch;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  #flood(): void {
    this.#forgottenEpoch = ++this.epoch;
    this.#olderUntil = this.epoch;
    this.#recent.clear();
    this.#older.clear();
    this.#onFlood();
  }
}

/** All that may end a session from elsewhere. */
function whoseSessions({ identity, sid }: Pick<SessionRecord, "identity" | "sid">): Revoked[] {
  const { issuer, subject } = identity;
  const ofIssuer: Revoked[] = sid === undefined ? [] : [{ kind: "sid", issuer, sid }];
  return [{ kind: "all" }, { kind: "subject", issuer, subject }, ...ofIssuer];
}

export function revocationKeysOf(whose: Pick<SessionRecord, "identity" | "sid">): string[] {
  return whoseSessions(whose).map((revoked) =>
    revoked.kind === "all" ? revocationKeyOfAll : revocationKeyOf(revoked),
  );
}

/** Every hot session has it, so they share it. */
const revocationKeyOfAll = revocationKeyOf({ kind: "all" });

/** A short name that tells nobody whom it means. */
function revocationKeyOf(revoked: Revoked): string {
  const parts =
    revoked.kind === "all"
      ? ["all"]
      : [revoked.kind, revoked.issuer, revoked.kind === "sid" ? revoked.sid : revoked.subject];
  return short(JSON.stringify(parts));
}

/** The mark of one session alone: its end is announced, and needs no tombstone. */
export function sessionRevocationKey(token: string): string {
  return short(storeKey(token));
}

function short(text: string): string {
  const hash = createHash("sha256").update(text).digest("base64url");
  // A slice would keep the whole of it, three times in every hot session.
  return Buffer.from(hash).toString("latin1", 0, 22);
}

function knownKey(revocationKey: string): string {
  return `issuer-session:${revocationKey}`;
}

function keyOf(revocationKey: string): string {
  return `revoked:${revocationKey}`;
}
