import { isDeepStrictEqual } from "node:util";
import { FailedTries } from "../credentials/failed-tries.ts";
import { RightBefore } from "../credentials/right-before.ts";
import type { Config } from "../config/schema.ts";
import type { Counts } from "../observe/counts.ts";
import type { Log } from "../observe/log.ts";
import { openStore } from "../store/open-store.ts";
import { timeStore } from "../store/timed-store.ts";
import type { Store } from "../store/store.ts";

/** Store listeners registered by one app. */
interface StoreListeners {
  readonly announced: ((announcement: string) => void)[];
  readonly reconnected: (() => void)[];
}

/** State that survives a reload: each app passes it to the next one, and during the switch both use it. */
export interface SharedState {
  readonly storage: Config["storage"];
  readonly store: Store;
  /** The apps that use the store. The last one to release it closes it. */
  readonly holders: Set<StoreListeners>;
  readonly tries: FailedTries;
  readonly rightBefore: RightBefore;
  readonly counts: Counts;
}

interface Surroundings {
  readonly log: Log;
  readonly counts: Counts;
  readonly now: () => number;
}

/** Opens a new store only if `storage` changed; everything else is kept. */
export async function openSharedState(
  storage: Config["storage"],
  { log, counts, now }: Surroundings,
  before: SharedState | undefined,
): Promise<SharedState> {
  const isSameStore = before !== undefined && isDeepStrictEqual(before.storage, storage);
  const { store, holders } = isSameStore
    ? before
    : await openHeldStore(storage, { log, counts, now });
  const { tries, rightBefore } = before ?? {
    tries: new FailedTries(now),
    rightBefore: new RightBefore(),
  };
  return { storage, store, holders, tries, rightBefore, counts };
}

async function openHeldStore(
  storage: Config["storage"],
  surroundings: Surroundings,
): Promise<Pick<SharedState, "store" | "holders">> {
  const store = timeStore(await openStore(storage, surroundings), surroundings.counts);
  const holders = new Set<StoreListeners>();
  store.onAnnounced((announcement) => {
    for (const { announced } of holders) for (const listener of announced) listener(announcement);
  });
  store.onReconnected(() => {
    for (const { reconnected } of holders) for (const listener of reconnected) listener();
  });
  return { store, holders };
}

/**
 * The store for one app. `release` removes the app's listeners; otherwise the store would keep every earlier app in
 * memory, with all its cached sessions.
 */
export function acquireStore({ store, holders }: Pick<SharedState, "store" | "holders">): {
  store: Store;
  release(): Promise<void>;
} {
  const holder: StoreListeners = { announced: [], reconnected: [] };
  holders.add(holder);
  return {
    store: {
      ...store, // its functions do not use `this`
      get hearsAnnouncements() {
        return store.hearsAnnouncements;
      },
      get announcementLagMs() {
        return store.announcementLagMs;
      },
      onAnnounced: (listener) => void holder.announced.push(listener),
      onReconnected: (listener) => void holder.reconnected.push(listener),
    },
    async release() {
      holders.delete(holder);
      if (holders.size === 0) await store.close();
    },
  };
}
