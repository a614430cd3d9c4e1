/** New records, the set that lists them, and the keys of records to read. */
export interface NewRecord {
  readonly records: readonly {
    readonly key: string;
    readonly value: object;
    readonly ttlSeconds: number;
  }[];
  readonly set: string;
  readonly member: string;
  readonly memberTtlSeconds: number;
  readonly reads: readonly string[];
}

/** The operations that sessions need. Every failure is an `AuthError` "store_unreachable". */
export interface Store {
  get(key: string): Promise<unknown>;
  /** A write that timed out may still reach the store: `onLate` is called once it has ended. */
  set(key: string, value: object, ttlSeconds: number, onLate?: () => void): Promise<void>;
  /**
   * Writes all of this and returns what it reads, in one round trip; undefined = the store cannot. If it fails, a part
   * may be stored, or arrive later: then `onLeft` is called once its writes have ended.
   */
  readonly create?:
    | ((record: NewRecord, onLeft: () => void) => Promise<readonly unknown[]>)
    | undefined;
  /**
   * Replaces the record only if it has the version `expected`; false = it has another version or is missing.
   * Atomic within one process, and in Redis.
   */
  replace(
    key: string,
    value: { readonly version: number },
    ttlSeconds: number,
    expected: number,
  ): Promise<boolean>;
  remove(key: string): Promise<void>;
  /**
   * Whether this caller is the first to claim the key within `ttlMs`. Used for single-use values and for leases.
   * A holder is a random id.
   */
  claim(key: string, holder: string, ttlMs: number): Promise<boolean>;
  /** Extends this holder's claim; false = the claim is lost. */
  extend(key: string, holder: string, ttlMs: number): Promise<boolean>;
  release(key: string, holder: string): Promise<void>;
  /** Adds a member to a named set, for at least `ttlSeconds`. */
  addMember(set: string, member: string, ttlSeconds: number): Promise<void>;
  removeMember(set: string, member: string): Promise<void>;
  /** The members of a set, without a search of the whole store. Some may have expired. */
  members(set: string): Promise<readonly string[]>;
  /** Every key that begins with this, in batches, some of them twice. It reads the names of all keys. */
  keys(prefix: string): AsyncIterable<readonly string[]>;
  /** Sends a revocation, as a short opaque text, to all replicas. Resolves once the store has accepted it. */
  announce(announcement: string): Promise<void>;
  /** `listener` gets every announcement of every replica, including this one's, and some of them twice. */
  onAnnounced(listener: (announcement: string) => void): void;
  /**
   * Whether announcements are known to arrive. While false, no local cache may be trusted. Cheap enough to read
   * on every request.
   */
  readonly hearsAnnouncements: boolean;
  /** Whether only this service writes the store, and commands that announce what they end. */
  readonly isOwn: boolean;
  /** Whether only this process can reach the store, so that no command can. */
  readonly isPrivate: boolean;
  /** How old the newest announcement or heartbeat was on arrival; longer while none arrives. */
  readonly announcementLagMs: number;
  /**
   * `listener` is called when announcements arrive again, because some may have been missed, and when the store
   * was emptied.
   */
  onReconnected(listener: () => void): void;
  close(): Promise<void>;
}
