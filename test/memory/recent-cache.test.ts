import { describe, expect, it } from "vitest";
import { TwoGenerationCache } from "../../server/memory/recent-cache.ts";

/** A memory for three, with as many as there are keys, put in one after the other. */
function remembering(...keys: string[]): TwoGenerationCache<string> {
  const memory = new TwoGenerationCache<string>(3);
  for (const key of keys) memory.set(key, `the ${key}`);
  return memory;
}

describe("what is remembered in two generations", () => {
  it("of the last three uses are never forgotten", () => {
    const memory = remembering();
    const last: string[] = [];
    for (let step = 0; step < 1_000; step++) {
      const key = `t${(step * step) % 11}`;
      if (memory.get(key) === undefined) memory.set(key, `the ${key}`);
      last.push(key);

      for (const recent of new Set(last.slice(-3))) expect(memory.get(recent)).toBeDefined();
    }
  });

  it("are forgotten when many others came since", () => {
    const memory = remembering("a", "b", "c", "d", "e", "f", "g");

    expect(["a", "b", "c"].map((key) => memory.get(key))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("are the ones that were put there last", () => {
    const memory = remembering("a", "b", "c", "d");
    const next = "the next a";

    memory.set("a", next);

    expect(memory.get("a")).toBe(next);
  });

  it("are gone once deleted, in whichever generation they are", () => {
    const memory = remembering("old", "b", "c", "young");
    memory.get("b"); // is in both

    for (const key of ["old", "b", "young"]) memory.delete(key);

    expect(["old", "b", "young"].map((key) => memory.get(key))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(memory.get("c")).toBeDefined();
  });

  it("are all gone once cleared", () => {
    const memory = remembering("a", "b", "c", "d");

    memory.clear();

    for (const key of ["a", "b", "c", "d"]) expect(memory.get(key)).toBeUndefined();
  });
});
