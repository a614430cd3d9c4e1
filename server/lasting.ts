import { isDeepStrictEqual } from "node:util";
import { Tries } from "./access/tries.ts";
import type { Config } from "./config/schema.ts";
import type { Site } from "./config/site.ts";
import { createCounts, type Counts } from "./observe/counts.ts";
import { Sessions, type Session, type SessionOptions } from "./session/sessions.ts";
import { openStore, type Store } from "./session/storage.ts";
import { UsedStates } from "./sign-in/used-states.ts";

/** What outlives a configuration: each app hands it to the next, and for a moment both have it. */
export interface Lasting {
  readonly storage: Config["storage"];
  readonly store: Store;
  /** The sessions of each app that has the store. Whoever is the last one closes it. */
  readonly holders: Set<HeldSessions>;
  readonly usedStates: UsedStates;
  readonly tries: Tries;
  readonly counts: Counts;
}

/** Another storage is another store; everything else goes on. */
export async function openLasting(
  storage: Config["storage"],
  now: () => number,
  before: Lasting | undefined,
): Promise<Lasting> {
  const isSameStore = before !== undefined && isDeepStrictEqual(before.storage, storage);
  const { store, holders } = isSameStore
    ? before
    : { store: await openStore(storage), holders: new Set<HeldSessions>() };
  const { usedStates, tries, counts } = before ?? {
    usedStates: new UsedStates(),
    tries: new Tries(now),
    counts: createCounts(),
  };
  return { storage, store, holders, usedStates, tries, counts };
}

/**
 * The sessions of one app, while another may have the same store. Each remembers what it has read, so a
 * session that ends in one must end in the other's memory too, or it would go on passing there.
 */
export class HeldSessions extends Sessions {
  readonly #store: Store;
  readonly #holders: Set<HeldSessions>;

  constructor({ store, holders }: Lasting, options: Omit<SessionOptions, "store">) {
    super({ ...options, store });
    this.#store = store;
    this.#holders = holders.add(this);
  }

  override async end(site: Site, token: string | undefined): Promise<Session | undefined> {
    const ended = await super.end(site, token);
    const others = [...this.#holders].filter((holder) => holder !== this);
    await Promise.all(others.map((other) => other.#endHere(site, token)));
    return ended;
  }

  /** Finishes what is being written and lets go of the store. */
  async release(): Promise<void> {
    await this.settle();
    this.#holders.delete(this);
    if (this.#holders.size === 0) await this.#store.close();
  }

  #endHere(site: Site, token: string | undefined): Promise<Session | undefined> {
    return super.end(site, token);
  }
}
