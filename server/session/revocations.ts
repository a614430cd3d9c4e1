import { createHash, randomBytes } from "node:crypto";
import * as v from "valibot";
import { shareReads } from "../memory/share-reads.ts";
import type { Store } from "../store/store.ts";
import { ListedMarkers } from "./listed-markers.ts";
import type { SessionRecord } from "./record.ts";
import { storeKey } from "./sealed-records.ts";

/** The sessions to end: all, those of one subject, or those of one session at the issuer. */
export type Revoked =
  | { readonly kind: "all" }
  | { readonly kind: "subject"; readonly issuer: string; readonly subject: string }
  | { readonly kind: "sid"; readonly issuer: string; readonly sid: string };

/** The parts of a session that markers are compared with. */
interface Revocable extends Pick<SessionRecord, "sid" | "tombstones"> {
  readonly identity: Pick<SessionRecord["identity"], "issuer" | "subject">;
}

/** The ids of the revocation markers that match a session, by kind. */
type Tombstones = Readonly<Partial<Record<Revoked["kind"], string>>>;

/** Markers are stored as the members of this set are, where the store has no sets of its own. */
const markerSet = "revoked";
const tombstone = v.object({ id: v.string() });
/** The id of a corrupt marker. It still counts. */
const unreadable = "";
/** The characters of a hash that a revocation key keeps. */
const keyLength = 22;
/** At least this many revocation keys are remembered individually. */
const mostRecent = 25_000;
/** Covers sessions that began under a longer configured lifetime. */
const usualLongestMs = 30 * 24 * 60 * 60_000;
/** How much longer than a read of its own a shared read may take. It is short beside the time limit of a store. */
const longestJoinMs = 50;
/** Margin for a clock that is corrected: a session must not outlive the marker that ended it. */
const clockErrorMs = 24 * 60 * 60_000;

/**
 * Ends any number of sessions by writing one record, a revocation marker (tombstone), without searching for them:
 * every read of a session checks the markers. A marker has a random id instead of a time, and a session stores the
 * ids that existed before it, so clocks need not agree.
 */
export class Revocations {
  readonly #store: Store;
  readonly #lifetimeMs: number;
  /** The epoch at which each revocation key was last announced, in two generations. */
  #recent = new Map<string, number>();
  #older = new Map<string, number>();
  #olderUntil = 0;
  readonly #onFlood: () => void;
  /**
   * The marker of all sessions is one key: in a Cluster one shard answers all reads of it. After an outage, when every
   * session is read again, that shard would have more to do than all others together.
   */
  readonly #readMarkerOfAll: () => Promise<unknown>;
  readonly #listed: ListedMarkers;
  /** Increases with every announcement, so that a hot session can detect new ones cheaply. */
  epoch = 0;
  /** Keys announced up to this epoch have been dropped. */
  #forgottenEpoch = 0;

  constructor(parts: {
    readonly store: Store;
    readonly lifetimeMs: number;
    /** Called when announcements may have been missed, so that no cached session can be trusted. */
    readonly onFlood: () => void;
  }) {
    this.#store = parts.store;
    this.#lifetimeMs = parts.lifetimeMs;
    this.#onFlood = parts.onFlood;
    const readMarkerOfAll = () => parts.store.get(keyOf(revocationKeyOfAll));
    this.#readMarkerOfAll = shareReads(readMarkerOfAll, longestJoinMs);
    this.#listed = new ListedMarkers(parts.store, markerSet);
    parts.store.onAnnounced((revocationKey) => this.#receive(revocationKey));
    parts.store.onReconnected(() => this.#flood());
  }

  /** Writes the marker and announces it to all replicas. Throws "store_unreachable". */
  async revoke(revoked: Revoked): Promise<void> {
    const revocationKey = revocationKeyOf(revoked);
    // No session outlives its lifetime, so the marker may expire after that.
    const longestMs = Math.max(this.#lifetimeMs, usualLongestMs);
    const ttlSeconds = Math.ceil((longestMs + clockErrorMs) / 1000);
    await this.#store.set(
      keyOf(revocationKey),
      { id: randomBytes(9).toString("base64url") },
      ttlSeconds,
    );
    await this.announce(revocationKey);
  }

  /** Makes all replicas check the sessions with this revocation key again. */
  async announce(revocationKey: string): Promise<void> {
    this.#receive(revocationKey);
    await this.#store.announce(revocationKey);
  }

  /** Records that an issuer's session has sessions here: some callers may end only those (see `isKnown`). */
  async know(session: Pick<SessionRecord, "identity" | "sid">): Promise<void> {
    for (const { key, value, ttlSeconds } of this.knownRecords(session))
      await this.#store.set(key, value, ttlSeconds);
  }

  /** The record that `know` writes. */
  knownRecords({ identity: { issuer }, sid }: Pick<SessionRecord, "identity" | "sid">) {
    if (sid === undefined) return [];
    const key = knownKey(revocationKeyOf({ kind: "sid", issuer, sid }));
    return [{ key, value: { known: true }, ttlSeconds: Math.ceil(this.#lifetimeMs / 1000) }];
  }

  async isKnown(issuer: string, sid: string): Promise<boolean> {
    const key = knownKey(revocationKeyOf({ kind: "sid", issuer, sid }));
    return ((await this.#store.get(key)) ?? undefined) !== undefined;
  }

  /** The current revocation markers that match a session. A new session stores their ids. */
  async tombstonesOf(session: Pick<Revocable, "identity" | "sid">): Promise<Tombstones> {
    return this.#read(markersOf(session));
  }

  /**
   * The same for a new session, without a read of markers that cannot exist. One that a command writes at this moment
   * counts as a later one: it ends the session.
   */
  async tombstonesOfNew(session: Pick<Revocable, "identity" | "sid">): Promise<Tombstones> {
    const possible = markersOf(session).filter(({ revocationKey }) =>
      this.#mayExist(revocationKey),
    );
    return this.#read(possible);
  }

  async #read(markers: readonly Marker[]): Promise<Tombstones> {
    const stored = await Promise.all(markers.map((marker) => this.#readMarker(marker)));
    const found = tombstonesIn(markers, stored);
    for (const { kind, revocationKey } of markers)
      if (found[kind] !== undefined && !this.isAnnounced(revocationKey))
        this.#listed.found(revocationKey);
    return found;
  }

  #mayExist(revocationKey: string): boolean {
    return (
      this.isAnnounced(revocationKey) || this.#listed.mayHave(revocationKey, this.#forgottenEpoch)
    );
  }

  #readMarker({ revocationKey, key }: Marker): Promise<unknown> {
    return revocationKey === revocationKeyOfAll ? this.#readMarkerOfAll() : this.#store.get(key);
  }

  /** Whether a marker exists that did not exist when the session began. An expired marker has no effect. */
  async isRevoked(record: Revocable): Promise<boolean> {
    const found = await this.tombstonesOf(record);
    const known = { ...record.tombstones, sid: undefined };
    return (["all", "subject", "sid"] as const).some(
      (kind) => found[kind] !== undefined && found[kind] !== known[kind],
    );
  }

  /** Whether one of these keys was, or may have been, announced after that epoch. */
  isEndedSince(epoch: number, revocationKeys: readonly string[]): boolean {
    if (epoch < this.#forgottenEpoch) return true;
    return revocationKeys.some(
      (revocationKey) =>
        (this.#recent.get(revocationKey) ?? this.#older.get(revocationKey) ?? 0) > epoch,
    );
  }

  /** Whether this key is remembered as announced. A session whose own key or `sid` key was announced has ended for good. */
  isAnnounced(revocationKey: string): boolean {
    return this.#recent.has(revocationKey) || this.#older.has(revocationKey);
  }

  #receive(revocationKey: string): void {
    this.epoch++;
    this.#recent.set(revocationKey, this.epoch);
    if (this.#recent.size < mostRecent) return;
    // Two generations: only sessions unused for this many announcements are read again. Rereading all would overload
    // the store.
    this.#forgottenEpoch = this.#olderUntil;
    this.#olderUntil = this.epoch;
    this.#older = this.#recent;
    this.#recent = new Map();
  }

  /** Keeps the keys: a store that failed over may have lost the ends of sessions that were announced before. */
  #flood(): void {
    this.#forgottenEpoch = ++this.epoch;
    this.#olderUntil = this.epoch;
    this.#onFlood();
  }
}

/** A revocation marker that would match a session. */
interface Marker {
  readonly kind: Revoked["kind"];
  readonly revocationKey: string;
  /** Its key in the store. */
  readonly key: string;
}

/** The markers that would match a session. */
export function markersOf(session: Pick<Revocable, "identity" | "sid">): Marker[] {
  return matching(session).map((revoked) => {
    const revocationKey = revocationKeyOf(revoked);
    return { kind: revoked.kind, revocationKey, key: keyOf(revocationKey) };
  });
}

/** The ids of the markers that exist. `stored` is what the store has under the key of each. */
export function tombstonesIn(markers: readonly Marker[], stored: readonly unknown[]): Tombstones {
  const found = markers.flatMap(({ kind }, index): [string, string][] => {
    const value = stored[index] ?? undefined;
    if (value === undefined) return [];
    const read = v.safeParse(tombstone, value);
    return [[kind, read.success ? read.output.id : unreadable]];
  });
  return Object.fromEntries(found);
}

/** The revocations that match a session. */
function matching({ identity, sid }: Pick<Revocable, "identity" | "sid">): Revoked[] {
  const { issuer, subject } = identity;
  const ofIssuer: Revoked[] = sid === undefined ? [] : [{ kind: "sid", issuer, sid }];
  return [{ kind: "all" }, { kind: "subject", issuer, subject }, ...ofIssuer];
}

export function subjectRevocationKey({ identity }: Pick<SessionRecord, "identity">): string {
  return revocationKeyOf({ kind: "subject", issuer: identity.issuer, subject: identity.subject });
}

/** undefined = the issuer sent no `sid`. */
export function sidRevocationKey({
  identity: { issuer },
  sid,
}: Pick<SessionRecord, "identity" | "sid">): string | undefined {
  return sid === undefined ? undefined : revocationKeyOf({ kind: "sid", issuer, sid });
}

/** Shared by all hot sessions, to save memory. */
export const revocationKeyOfAll = revocationKeyOf({ kind: "all" });

/** A short hash, so that the store's keys reveal no issuer and no subject. */
function revocationKeyOf(revoked: Revoked): string {
  const parts =
    revoked.kind === "all"
      ? ["all"]
      : [revoked.kind, revoked.issuer, revoked.kind === "sid" ? revoked.sid : revoked.subject];
  return short(JSON.stringify(parts));
}

/** The key of a single session. Its end is announced, but needs no marker. */
export function sessionRevocationKey(token: string): string {
  return revocationKeyOfKey(storeKey(token));
}

/** The same, from the session's key in the store. */
export function revocationKeyOfKey(key: string): string {
  return short(key);
}

function short(text: string): string {
  const hash = createHash("sha256").update(text).digest("base64url");
  // A slice of the string would keep the whole hash in memory, three times per hot session.
  const key = Buffer.from(hash).toString("latin1", 0, keyLength);
  if (key.length === keyLength) return key;
  throw new TypeError("SHA-256 returned no hash"); // under any other key, no marker would be found
}

function knownKey(revocationKey: string): string {
  return `issuer-session:${revocationKey}`;
}

function keyOf(revocationKey: string): string {
  return `${markerSet}:${revocationKey}`;
}
