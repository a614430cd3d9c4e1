import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Passed } from "../../server/verify/passed.ts";

const pair = fc.record({
  holder: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 2 ** 30, max: 2 ** 33 })),
  outcome: fc.oneof(fc.nat({ max: 50 }), fc.integer({ min: 2 ** 17 - 3, max: 2 ** 17 + 3 })),
});

describe("the outcomes that have let a session pass", () => {
  it("are never others than those that were added", () => {
    fc.assert(
      fc.property(fc.array(pair), fc.array(pair), (added, asked) => {
        const passed = new Passed();
        for (const { holder, outcome } of added) passed.add(holder, outcome);

        const found = asked.filter(({ holder, outcome }) => passed.has(holder, outcome));

        for (const { holder, outcome } of found) expect(added).toContainEqual({ holder, outcome });
      }),
    );
  });

  it("are not mistaken for those of another session where a configuration has very many outcomes", () => {
    const passed = new Passed();
    passed.add(983, 14);

    // The same number and the same place, if outcomes were not bounded.
    expect(passed.has(981, 14 + 2 * 2 ** 17)).toBe(false);
  });

  it("are remembered for a session that uses a thousand apps", () => {
    const passed = new Passed();
    for (let outcome = 0; outcome < 1_000; outcome++) passed.add(1, outcome);

    const kept = Array.from({ length: 1_000 }, (_, outcome) => passed.has(1, outcome));

    expect(kept.filter(Boolean).length).toBeGreaterThan(900);
  });
});
