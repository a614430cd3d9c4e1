import type { Store } from "../store/store.ts";

/** More markers than that are not kept in memory: then each sign-in reads its own. */
const mostKeys = 100_000;

interface Listed {
  readonly keys: ReadonlySet<string>;
  /** The announcements that were forgotten when this was read: later ones are remembered elsewhere. */
  readonly forgottenEpoch: number;
}

/**
 * The keys of the revocation markers in a store that no other service writes, read once by their folder. With the
 * announcements since then, a sign-in knows that no marker exists without reading the store.
 */
export class ListedMarkers {
  readonly #store: Store;
  readonly #prefix: string;
  #listed: Listed | undefined;
  /** The epoch of the last attempt. */
  #triedEpoch: number | undefined;

  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** Whether a marker with this key may have been in the store. The first call reads the list, in the background. */
  mayHave(key: string, forgottenEpoch: number): boolean {
    if (!this.#store.isOwn || !this.#store.hearsAnnouncements) return true;
    if (this.#listed?.forgottenEpoch === forgottenEpoch) return this.#listed.keys.has(key);
    if (this.#triedEpoch !== forgottenEpoch) this.#read(forgottenEpoch);
    return true;
  }

  #read(forgottenEpoch: number): void {
    this.#triedEpoch = forgottenEpoch;
    const keys = new Set<string>();
    const read = async () => {
      for await (const some of this.#store.keys(this.#prefix)) {
        for (const key of some) keys.add(key);
        if (keys.size > mostKeys) return;
      }
      this.#listed = { keys, forgottenEpoch };
    };
    // Until a list was read, each sign-in reads its markers, and the next one tries again.
    read().catch(() => (this.#triedEpoch = undefined));
  }
}
