import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { pages } from "../../server/config/pages-schema.ts";
import { contrast, nearestReadable } from "../../server/values/contrast.ts";

/** The message of the first fault. */
function faultOf(settings: object): string | undefined {
  return v.safeParse(pages, settings).issues?.[0].message;
}

describe("the contrast of two colours", () => {
  it.each([
    ["#000000", "#ffffff", 21],
    ["#fff", "#ffffff", 1],
    ["#767676", "#ffffff", 4.54],
    ["#777777", "#ffffff", 4.48],
    ["#ff0000", "#ffffff", 4],
  ])("%s on %s is %d to 1, as WCAG computes it", (one, other, ratio) => {
    expect(contrast(one, other)).toBeCloseTo(ratio, 1);
    expect(contrast(other, one)).toBe(contrast(one, other));
  });
});

describe("pages.colour", () => {
  it.each(["#2f5d8a", "#000", "#7A1F1F"])("can be %s", (colour) => {
    expect(faultOf({ colour })).toBeUndefined();
  });

  it.each(["blue", "#12", "#12345", "2f5d8a", "rgb(1,2,3)", "#2f5d8a;}"])(
    "cannot be %s",
    (colour) => {
      expect(faultOf({ colour })).toBe("is not a colour: use one such as #2f5d8a");
    },
  );

  it.each(["#ffcc00", "#4d9cf0", "#ffffff", "#ff0000", "#0f0"])(
    "is refused if it cannot be read on white, with the nearest that can: %s",
    (colour) => {
      const [, nearest = ""] =
        /use (#[0-9a-f]{6}), the nearest that passes$/.exec(faultOf({ colour }) ?? "") ?? [];

      expect(contrast(nearest, "#ffffff")).toBeGreaterThanOrEqual(4.5);
      expect(contrast(nearest, "#ffffff")).toBeLessThan(4.7);
      expect(faultOf({ colour: nearest })).toBeUndefined();
    },
  );

  it("becomes lighter in the dark scheme, until it can be read there", () => {
    for (const colour of ["#000000", "#2f5d8a", "#7a1f1f", "#00297a"]) {
      const light = nearestReadable(colour, "#ffffff", ["#1d2128", "#10151c"]);
      expect(contrast(light, "#1d2128")).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe("pages.support and pages.logo", () => {
  it.each(["help@example.com", "https://help.example.com/a", "mailto:help@example.com?subject=x"])(
    "support can be %s",
    (support) => {
      expect(faultOf({ support })).toBeUndefined();
    },
  );

  it.each(["help", "http://help.example.com", "javascript:alert(1)", "tel:123", ""])(
    "support cannot be %j",
    (support) => {
      expect(faultOf({ support })).toBe("is neither an email address nor an https URL");
    },
  );

  it("the logo cannot be an address", () => {
    expect(faultOf({ logo: "https://example.com/logo.png" })).toContain(
      "load nothing from elsewhere",
    );
  });
});
