import { describe, expect, it } from "vitest";
import { checkedClock } from "../../server/app/checked-clock.ts";

describe("the clock of an app", () => {
  it("returns the time", () => {
    expect(checkedClock(() => 1_700_000_000_000)()).toBe(1_700_000_000_000);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1])(
    "throws in place of %s, which would keep an expired session alive",
    (time) => {
      expect(checkedClock(() => time)).toThrow("is not a time in milliseconds");
    },
  );
});
