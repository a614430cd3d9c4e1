import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leavesVerify } from "../../server/app/leaves-verify.ts";
import { readPath } from "../../server/policy/path-readings.ts";

const parts =
  "a . .. / // \\ ; % ? %2e %2E %252e %2f %2F %252f %5c %255c %00 %3b %25 %c0%ae %c0%af %e0%80%ae %f0%80%80%af %25c0%25ae %c3%a9 %32 %65 %30 2 e 0 start verify c f".split(
    " ",
  );
const rest = fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((some) => some.join(""));

describe("a path below /verify", () => {
  it.each(["", "/_auth"])("leaves it exactly where one reading does, under %j", (base) => {
    const own = `${base}/verify`.split("/").slice(1);
    fc.assert(
      fc.property(rest, (written) => {
        const url = `${base}/verify/${written}`;
        const leaves = readPath(url).readings.some((segments) =>
          own.some((segment, index) => segments[index] !== segment),
        );

        expect(leavesVerify(base, url)).toBe(leaves);
      }),
      { numRuns: 20_000 },
    );
  });

  it("with dot segments is not read at all if it is long, and one without them is never refused", () => {
    expect(leavesVerify("", "/verify/compare/main...feature")).toBe(false);
    expect(leavesVerify("", `/verify/${"x/".repeat(600)}../y`)).toBe(true);
    expect(leavesVerify("", `/verify/${"%20//\\;".repeat(1_000)}`)).toBe(false);
    expect(leavesVerify("", `/verify/${"https%253A%252F%252Fa.example%252F".repeat(20)}`)).toBe(
      false,
    );
    expect(leavesVerify("", `/verify/${"%E0%B8%81%F0%9F%98%80/".repeat(100)}`)).toBe(false);
    expect(leavesVerify("", `/verify/x?${"../".repeat(600)}`)).toBe(false);
  });
});
