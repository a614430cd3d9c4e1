import { expect, it } from "vitest";
import { inRounds, ratios } from "../../bench/turns.ts";

it("measures each subject in each round, and each one first equally often", async () => {
  const order: string[] = [];
  const found = await inRounds(["a", "b", "c"], 3, async (subject) => order.push(subject));

  expect(order.join("")).toBe("abcbcacab");
  expect(found).toEqual([
    [1, 6, 8],
    [2, 4, 9],
    [3, 5, 7],
  ]);
});

it("divides the figures of the same round", () => {
  expect(ratios([10, 30, 20], [10, 10, 10])).toEqual({ median: 2, lowest: 1, highest: 3 });
});
