import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TwoGenerationCache } from "../../server/memory/recent-cache.ts";
import { TokenCache } from "../../server/memory/token-cache.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A token that differs from the others in one character only: the first, the last, or one between them. */
function tokenOf(number: number): string {
  const at = [0, 42, 7, 21][number % 4] ?? 0;
  const character = alphabet[1 + Math.floor(number / 4)] ?? "_";
  return "A".repeat(at) + character + "A".repeat(42 - at);
}

const number = fc.nat({ max: 199 });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("set" as const),
      number,
      value: fc.constant(null).map(() => ({})),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("get" as const), number }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

/** What a step returns, if anything. */
function perform(
  cache: TokenCache<object> | TwoGenerationCache<object>,
  one: Step,
): object | undefined {
  if (one.kind === "clear") cache.clear();
  else if (one.kind === "delete") cache.delete(tokenOf(one.number));
  else if (one.kind === "set") cache.set(tokenOf(one.number), one.value);
  else return cache.get(tokenOf(one.number));
  return undefined;
}

describe("a cache of values by token", () => {
  it.each([2, 5, 40, 1_000])("is like the cache of maps, with at least %i entries", (most) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
        const cache = new TokenCache<object>(most);
        const model = new TwoGenerationCache<object>(most);
        for (const one of steps) {
          expect(perform(cache, one)).toBe(perform(model, one));
          expect(cache.size).toBe(model.size);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("finds a token where it is written in a longer text, and only there", () => {
    const cache = new TokenCache<object>(3);
    const value = {};
    cache.set(tokenOf(1), value);
    const text = `a=b; name=${tokenOf(1)}; c=d`;

    const found = Array.from(text, (_, start) => cache.find(text, start));

    expect(found.flatMap((entry, start) => (entry === -1 ? [] : [start]))).toEqual([10]);
    expect(cache.valueAt(found[10] ?? -1)).toBe(value);
  });

  it.each([
    ["shorter", "A".repeat(42)],
    ["longer", "A".repeat(44)],
    ["empty", ""],
    ["one with a character whose low byte is equal", `\u0141${"A".repeat(42)}`],
    ["one that ends with such a character", `${"A".repeat(42)}\u0141`],
  ])("does not take another text for a token: %s", (_, text) => {
    const cache = new TokenCache<object>(3);
    cache.set("A".repeat(43), {});

    expect(cache.get(text)).toBeUndefined();
    cache.delete(text);
    expect(() => cache.set(text, {})).toThrow("not a token");

    expect(cache.size).toBe(1);
  });

  it("keeps nothing of tokens that it does not have", () => {
    const cache = new TokenCache<object>(3);

    for (let index = 0; index < 200; index++) cache.find(tokenOf(index), 0);

    expect(cache.size).toBe(0);
  });

  it("rejects a size that its rows cannot be numbered for", () => {
    expect(() => new TokenCache<object>(2 ** 20)).toThrow(RangeError);
  });
});

describe("a value in the cache", () => {
  const [token, other] = [tokenOf(1), tokenOf(2)];
  const [value, later] = [{ name: "value" }, { name: "later" }];

  function isFresh(cache: TokenCache<object>, time: number): boolean {
    return cache.isFresh(cache.find(token, 0), time);
  }

  function freshCache(): TokenCache<object> {
    const cache = new TokenCache<object>(2);
    cache.set(token, value);
    cache.keepFresh(token, value, 1_000, 2_000);
    return cache;
  }

  it("is not fresh at first", () => {
    const cache = new TokenCache<object>(2);
    cache.set(token, value);

    expect([-1, 0, 1].map((time) => isFresh(cache, time))).toEqual([false, false, false]);
  });

  it("is fresh from one time to another, and not before: the clock may be set back", () => {
    const cache = freshCache();

    const times = [999, 1_000, 1_999, 2_000];

    expect(times.map((time) => isFresh(cache, time))).toEqual([false, true, true, false]);
  });

  it("is not fresh because the one before it was", () => {
    const cache = freshCache();

    cache.set(token, later);

    expect(isFresh(cache, 1_500)).toBe(false);
  });

  it("is not made fresh by the one before it", () => {
    const cache = freshCache();
    cache.set(token, later);

    cache.keepFresh(token, value, 1_000, 2_000);

    expect(isFresh(cache, 1_500)).toBe(false);
  });

  it("is not fresh after it was removed and set again", () => {
    const cache = freshCache();
    cache.delete(token);

    cache.set(token, value);

    expect(isFresh(cache, 1_500)).toBe(false);
  });

  it("is still fresh after another one was removed, and does not lend that to the next", () => {
    const cache = new TokenCache<object>(9);
    cache.set(other, later);
    cache.set(token, value);
    cache.keepFresh(token, value, 1_000, 2_000);

    cache.delete(other);
    cache.set(tokenOf(3), later);

    expect(isFresh(cache, 1_500)).toBe(true);
    expect(cache.isFresh(cache.find(tokenOf(3), 0), 1_500)).toBe(false);
  });

  it("is checked again after it moved to the young generation", () => {
    const cache = freshCache();
    for (const index of [3, 4]) cache.set(tokenOf(index), later);

    expect(cache.get(token)).toBe(value);

    expect(isFresh(cache, 1_500)).toBe(false);
  });
});
