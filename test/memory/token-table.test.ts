import * as fc from "fast-check";
import { expect, it } from "vitest";
import { PackedToken } from "../../server/memory/packed-token.ts";
import { TokenTable } from "../../server/memory/token-table.ts";

const token = new PackedToken();
/** Tokens of the same remainder begin at the same place of the table, which wraps at its end. */
const hashOf = (words: Int32Array, start: number) =>
  ((words[start] as number) >>> 8) % 3 === 0 ? 511 : 0;

function read(number: number): PackedToken {
  token.read(`A${String.fromCharCode(32 + number)}`.padEnd(43, "A"), 0);
  token.hash = hashOf(token.words, 0);
  return token;
}

const step = fc.record({ isAdded: fc.boolean(), number: fc.nat({ max: 30 }) });

it("a table whose tokens collide finds each that was added and not removed", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
      const table = new TokenTable<number>(31, hashOf);
      const model = new Set<number>();
      for (const { isAdded, number } of steps) {
        const row = table.find(read(number));
        expect(row !== -1).toBe(model.has(number));
        if (isAdded && row === -1) table.add(read(number), number);
        if (!isAdded && row !== -1) table.remove(row);
        if (isAdded) model.add(number);
        else model.delete(number);

        const found = Array.from({ length: 31 }, (_, one) => table.find(read(one)));
        const values = found.flatMap((at) => (at === -1 ? [] : [table.valueAt(at)]));
        expect(new Set(values)).toEqual(model);
        expect(table.size).toBe(model.size);
      }
    }),
    { numRuns: 60 },
  );
});

it("a table of 20,000 random tokens finds each of them", () => {
  const table = new TokenTable<number>(20_000, (words, start) => token.hashOf(words, start));
  const textOf = (number: number) => String(Math.imul(number, 0x9e3779b1) >>> 0).padEnd(43, "x");
  for (let number = 0; number < 20_000; number++) {
    token.read(textOf(number), 0);
    table.add(token, number);
  }

  const missed = Array.from({ length: 20_000 }, (_, number) => number).filter((number) => {
    token.read(textOf(number), 0);
    const row = table.find(token);
    return row === -1 || table.valueAt(row) !== number;
  });

  expect(missed).toEqual([]);
  expect(() => table.add(token, 0)).toThrow("full");
});
