import type { Store } from "../store/store.ts";

/** More markers than that are not kept in memory: then each sign-in reads its own. */
const mostMembers = 100_000;

interface Listed {
  readonly members: ReadonlySet<string>;
  /** The announcements that were forgotten when this was read: later ones are remembered elsewhere. */
  readonly forgottenEpoch: number;
}

/**
 * The set of the revocation markers in a store that no other service writes, read once. With the announcements since
 * then, a sign-in knows that no marker exists without reading the store.
 */
export class ListedMarkers {
  readonly #store: Store;
  readonly #set: string;
  #listed: Listed | undefined;
  /** The epoch of the last attempt. */
  #triedEpoch: number | undefined;

  constructor(store: Store, set: string) {
    this.#store = store;
    this.#set = set;
  }

  /** Whether this marker may have been in the store. The first call reads the set, in the background. */
  mayHave(member: string, forgottenEpoch: number): boolean {
    if (!this.#store.isOwn || !this.#store.hearsAnnouncements) return true;
    if (this.#listed?.forgottenEpoch === forgottenEpoch) return this.#listed.members.has(member);
    if (this.#triedEpoch !== forgottenEpoch) void this.#read(forgottenEpoch);
    return true;
  }

  async #read(forgottenEpoch: number): Promise<void> {
    this.#triedEpoch = forgottenEpoch;
    try {
      const members = new Set(await this.#store.members(this.#set));
      if (members.size <= mostMembers) this.#listed = { members, forgottenEpoch };
    } catch {
      this.#triedEpoch = undefined; // until it succeeds, each sign-in reads its markers
    }
  }
}
