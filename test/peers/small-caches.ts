import type { LRUCache as Cache } from "lru-cache";

type Options = ConstructorParameters<typeof Cache<{}, {}>>[0];

/**
 * A mock of `lru-cache` with small caches: a cache allocates its whole capacity at once, which takes most of the time of
 * a test with thousands of apps.
 */
export async function smallCaches(original: () => Promise<typeof import("lru-cache")>) {
  const { LRUCache } = await original();
  class SmallCache extends LRUCache<{}, {}> {
    constructor(options: Options) {
      super("max" in options ? { ...options, max: 64 } : options);
    }
  }
  return { LRUCache: SmallCache };
}
