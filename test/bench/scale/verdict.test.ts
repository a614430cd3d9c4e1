import { describe, expect, it } from "vitest";
import { faultsOf } from "../../../bench/scale/verdict.ts";

const counts = { allowed: 100, unavailable: 50, challenged: 2, broken: 0 };
const well = {
  lateMs: [3, 100],
  unexplained: [],
  failovers: [{ promotedMs: 4_000, lastUnavailableMs: 6_900 }],
  exchange: { exitCode: 0 },
  revocation: { signedInAgain: 10 },
  seconds: [{ at: 0, counts, events: [] }],
};

describe("a simulation", () => {
  it("without faults has none", () => expect(faultsOf(well)).toEqual([]));

  it.each([
    ["a 200 more than 100 ms after a sign-out", { lateMs: [3, 101] }, "answers of 200"],
    ["a session that nothing explains", { unexplained: [{ subject: "ada" }] }, "ada"],
    [
      "another answer",
      { seconds: [{ at: 0, counts: { ...counts, broken: 1 }, events: [] }] },
      "neither",
    ],
    [
      "a slow recovery",
      { failovers: [{ promotedMs: 4_000, lastUnavailableMs: 7_001 }] },
      "failovers",
    ],
    ["a replica that was killed", { exchange: { exitCode: null } }, "exited with null"],
    ["failed sign-ins", { revocation: { signedInAgain: 9 } }, "9 of 10"],
  ])("with %s has one fault", (_, change, text) => {
    const faults = faultsOf({ ...well, ...change });

    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(text);
  });
});
