import type { Counts } from "../observe/counts.ts";
import type { StoreOperation } from "../observe/backend-metrics.ts";
import type { Store } from "./store.ts";

/** The same store, with the time of every operation recorded. */
export function timeStore(store: Store, { storeSeconds }: Pick<Counts, "storeSeconds">): Store {
  return {
    get: timed("get", store.get),
    set: timed("set", store.set),
    create: store.create && timed("set", store.create),
    replace: timed("replace", store.replace),
    remove: timed("remove", store.remove),
    claim: timed("claim", store.claim),
    extend: timed("extend", store.extend),
    release: timed("release", store.release),
    addMember: timed("list", store.addMember),
    removeMember: timed("list", store.removeMember),
    members: timed("list", store.members),
    keys: store.keys,
    announce: timed("announce", store.announce),
    isOwn: store.isOwn,
    isPrivate: store.isPrivate,
    onAnnounced: store.onAnnounced,
    onReconnected: store.onReconnected,
    get hearsAnnouncements() {
      return store.hearsAnnouncements;
    },
    get announcementLagMs() {
      return store.announcementLagMs;
    },
    close: store.close,
  };

  function timed<Values extends unknown[], Result>(
    operation: StoreOperation,
    run: (...values: Values) => Promise<Result>,
  ): (...values: Values) => Promise<Result> {
    const [ok, error] = [storeSeconds.of(operation, "ok"), storeSeconds.of(operation, "error")];
    return (...values) => {
      const startedAt = performance.now();
      const result = run(...values);
      result.then(
        () => ok.since(startedAt),
        () => error.since(startedAt),
      );
      return result;
    };
  }
}
