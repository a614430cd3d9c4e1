/** What sessions ask of a store. Whatever fails is an `AuthError` "store_unreachable". */
export interface Store {
  get(key: string): Promise<unknown>;
  /** A write that was given up may still reach the store: `onLate` is called when it has. */
  set(key: string, value: object, ttlSeconds: number, onLate?: () => void): Promise<void>;
  /**
   * Writes only over what has that `version`; false = another one stands there, or nothing does. Atomic
   * in one process, and where the store is shared by Redis.
   */
  replace(
    key: string,
    value: { readonly version: number },
    ttlSeconds: number,
    expected: number,
  ): Promise<boolean>;
  remove(key: string): Promise<void>;
  /**
   * Whether this caller is the first to claim the key within `ttlMs`: for what may be taken once, and for
   * leases. A holder is a random id.
   */
  claim(key: string, holder: string, ttlMs: number): Promise<boolean>;
  /** Keeps a claim of this holder alive; false = it is lost. */
  extend(key: string, holder: string, ttlMs: number): Promise<boolean>;
  release(key: string, holder: string): Promise<void>;
  /** Tells all replicas of a revocation, by an opaque short text. Resolves when the store has taken it. */
  announce(announcement: string): Promise<void>;
  /** `listener` hears every announcement of every replica, this one's too; some of them twice. */
  onAnnounced(listener: (announcement: string) => void): void;
  /**
   * Whether announcements are known to arrive: while false, no local cache may be trusted. Cheap enough
   * for every request.
   */
  readonly hearsAnnouncements: boolean;
  /**
   * `listener` is called when announcements arrive again, for some may have been missed meanwhile; and when all
   * that was stored is gone.
   */
  onReconnected(listener: () => void): void;
  readonly isShared: boolean;
  close(): Promise<void>;
}
