import { LRUCache } from "lru-cache";

/**
 * A cache that drops the least recently used entry above this number. It takes memory as it fills: with `max`, lru-cache
 * would allocate all of it at once, megabytes at the start.
 */
export function createBoundedCache<Value extends NonNullable<unknown>>(
  most: number,
): LRUCache<string, Value> {
  return new LRUCache({ maxSize: most, sizeCalculation: () => 1 });
}
