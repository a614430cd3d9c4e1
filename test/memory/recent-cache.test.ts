import { describe, expect, it } from "vitest";
import { TwoGenerationCache } from "../../server/memory/recent-cache.ts";

/** A cache that keeps at least three entries, filled with the keys in order. */
function cacheOf(...keys: string[]): TwoGenerationCache<string> {
  const cache = new TwoGenerationCache<string>(3);
  for (const key of keys) cache.set(key, `the ${key}`);
  return cache;
}

describe("a two-generation cache", () => {
  it("never drops the last three entries used", () => {
    const cache = cacheOf();
    const last: string[] = [];
    for (let step = 0; step < 1_000; step++) {
      const key = `t${(step * step) % 11}`;
      if (cache.get(key) === undefined) cache.set(key, `the ${key}`);
      last.push(key);

      for (const recent of new Set(last.slice(-3))) expect(cache.get(recent)).toBeDefined();
    }
  });

  it("drops entries after many others were set", () => {
    const cache = cacheOf("a", "b", "c", "d", "e", "f", "g");

    expect(["a", "b", "c"].map((key) => cache.get(key))).toEqual([undefined, undefined, undefined]);
  });

  it("returns the latest value of a key", () => {
    const cache = cacheOf("a", "b", "c", "d");
    const next = "the next a";

    cache.set("a", next);

    expect(cache.get("a")).toBe(next);
  });

  it("deletes a key from both generations", () => {
    const cache = cacheOf("old", "b", "c", "young");
    cache.get("b"); // is now in both generations

    for (const key of ["old", "b", "young"]) cache.delete(key);

    expect(["old", "b", "young"].map((key) => cache.get(key))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(cache.get("c")).toBeDefined();
  });

  it("is empty after a clear", () => {
    const cache = cacheOf("a", "b", "c", "d");

    cache.clear();

    for (const key of ["a", "b", "c", "d"]) expect(cache.get(key)).toBeUndefined();
  });
});
