import type { Store } from "../store/store.ts";

/** With more markers each sign-in reads its own: a list of them every minute would stall this process each time. */
const mostMembers = 10_000;
/** A command that was killed may have written a marker without announcing it. */
const trustedMs = 60_000;

interface Read {
  /** The announcements that were forgotten when this began: later ones are remembered elsewhere. */
  readonly forgottenEpoch: number;
  readonly begunAt: number;
}

interface Listed extends Read {
  readonly members: ReadonlySet<string>;
}

/**
 * The set of the revocation markers in a store that no other service writes, read at most once a minute. With the
 * announcements since then, a sign-in knows that no marker exists without reading the store.
 */
export class ListedMarkers {
  readonly #store: Store;
  readonly #set: string;
  #listed: Listed | undefined;
  /** The last read, unless it failed or lacks a marker. */
  #read: Read | undefined;
  /** The markers found during the read in progress. */
  #foundMeanwhile: Set<string> | undefined;

  constructor(store: Store, set: string) {
    this.#store = store;
    this.#set = set;
  }

  /** Whether this marker may have been in the store. The first call of a minute reads the set, in the background. */
  mayHave(member: string, forgottenEpoch: number): boolean {
    if (!this.#store.isOwn || !this.#store.hearsAnnouncements) return true;
    if (this.#isCurrent(this.#listed, forgottenEpoch)) return this.#listed.members.has(member);
    if (this.#foundMeanwhile === undefined && !this.#isCurrent(this.#read, forgottenEpoch))
      void this.#list({ forgottenEpoch, begunAt: performance.now() });
    return true;
  }

  /** To call with each marker that was read and not announced. If the list does not have it, the list is not used again. */
  found(member: string): void {
    this.#foundMeanwhile?.add(member);
    if (this.#listed?.members.has(member) !== false) return;
    this.#listed = undefined;
    this.#read = undefined;
  }

  #isCurrent<T extends Read>(read: T | undefined, forgottenEpoch: number): read is T {
    if (read?.forgottenEpoch !== forgottenEpoch) return false;
    return this.#store.isPrivate || performance.now() - read.begunAt < trustedMs;
  }

  async #list(read: Read): Promise<void> {
    const foundMeanwhile = new Set<string>();
    this.#foundMeanwhile = foundMeanwhile;
    this.#listed = undefined;
    try {
      const members = new Set(await this.#store.members(this.#set));
      const isWhole = foundMeanwhile.isSubsetOf(members);
      const isTooLong = members.size > mostMembers;
      this.#read = isTooLong ? { ...read, begunAt: Infinity } : read;
      if (!isWhole) this.#read = undefined;
      else if (!isTooLong) this.#listed = { members, ...read };
    } catch {
      this.#read = undefined; // until it succeeds, each sign-in reads its markers
    } finally {
      this.#foundMeanwhile = undefined;
    }
  }
}
