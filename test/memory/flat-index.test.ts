import * as fc from "fast-check";
import { expect, it } from "vitest";
import { FlatIndex } from "../../server/memory/flat-index.ts";

const key = fc.tuple(
  fc.nat({ max: 5 }),
  fc.oneof(fc.string(), fc.constantFrom("", "a", "b", "ab")),
);

it("an index by number and text has the values of a map, whatever is asked", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat())), fc.array(key), (entries, others) => {
      const index = new FlatIndex<number>();
      const model = new Map<string, number>();
      for (const [[number, text], value] of entries) {
        index.set(number, text, value);
        model.set(JSON.stringify([number, text]), value);
      }

      for (const [number, text] of [...entries.map(([one]) => one), ...others])
        expect(index.get(number, text)).toBe(model.get(JSON.stringify([number, text])));
    }),
    { numRuns: 500 },
  );
});

it("an index of a thousand hosts has each, and no other", () => {
  const index = new FlatIndex<number>();
  const hostOf = (one: number) => `app-${one}.example.com`;
  for (let one = 0; one < 1_000; one++) index.set(one % 2, hostOf(one), one);

  for (let one = 0; one < 1_000; one++) {
    expect(index.get(one % 2, hostOf(one))).toBe(one);
    expect(index.get((one + 1) % 2, hostOf(one))).toBeUndefined();
    expect(index.get(one % 2, `${hostOf(one)}.`)).toBeUndefined();
  }
});
