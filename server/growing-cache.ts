import { LRUCache } from "lru-cache";

/**
 * Forgets what was longest unused beyond so many entries. With `max` lru-cache would take the memory of a full
 * cache at its making: many megabytes in a start, for places that most never fill.
 */
export function growingCache<Value extends {}>(most: number): LRUCache<string, Value> {
  return new LRUCache({ maxSize: most, sizeCalculation: () => 1 });
}
