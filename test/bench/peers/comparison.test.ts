import { describe, expect, it } from "vitest";
import { describe as table, describeAbsent, summary } from "../../../bench/peers/comparison.ts";
import type { Comparison } from "../../../bench/peers/comparison.ts";
import { plot } from "../../../bench/peers/plot.ts";
import { variants, type Variant } from "../../../bench/peers/variants.ts";

const ratio = { median: 0.23456, lowest: 0.2, highest: 12.345 };
const result = { ratio, door: "11.2 µs", other: "47.0 µs" };

function rowOf(variant: Variant): Comparison {
  const present = variant.peer === "oauth2-proxy";
  const key = `request${variant.id}`;
  return { key, title: "a request", variant, result: present ? result : undefined };
}

const rows = variants.map(rowOf);

describe("the comparison with other programs", () => {
  it("is a table that names an absent program as absent", () => {
    expect(table(rows).split("\n").slice(2)).toEqual([
      "| a request | oauth2-proxy, cookie | 0.235 (0.2 to 12.3) | 11.2 µs | 47.0 µs |",
      "| a request | oauth2-proxy, Redis | 0.235 (0.2 to 12.3) | 11.2 µs | 47.0 µs |",
      "| a request | traefik-forward-auth, cookie | absent | | |",
    ]);
  });

  it("has one line for each absent program, however many rows it has", () => {
    expect(describeAbsent([...rows, ...rows])).toEqual([
      expect.stringContaining("traefik-forward-auth is absent"),
    ]);
  });

  it("leaves absent programs out of the JSON", () => {
    expect(summary(rows)).toEqual({
      requestOAuth2ProxyCookie: 0.235,
      requestOAuth2ProxyRedis: 0.235,
    });
  });

  it("is drawn with a bar for each ratio, to the left of 1 if doorward needs less", () => {
    const more = { ...result, ratio: { median: 4, lowest: 4, highest: 4 } };
    const [cookie, redis, absent] = variants.map(rowOf);
    if (cookie === undefined || redis === undefined || absent === undefined)
      throw new Error("there are fewer variants");
    const picture = plot([cookie, { ...redis, result: more }, absent]);
    const bars = Array.from(
      picture.matchAll(/<rect x="([\d.]+)" y="\d+" width="([\d.]+)"/g),
      ([, x, width]) => [Number(x), Number(width)],
    );

    // From 1/8, which is below the lowest ratio, to 16: seven powers of two on 320.
    const powerOfTwo = 320 / 7;
    const one = 440 + 3 * powerOfTwo;
    expect(bars).toHaveLength(2);
    const [[x = 0, width = 0] = [], [otherX, otherWidth] = []] = bars;
    expect(x).toBeCloseTo(one + Math.log2(ratio.median) * powerOfTwo, 0);
    expect(x + width).toBeCloseTo(one, 0);
    expect(otherX).toBeCloseTo(one, 0);
    expect(otherWidth).toBeCloseTo(2 * powerOfTwo, 0);
    expect(picture).not.toContain("traefik-forward-auth");
    for (const tick of ["1/8", "1/2", "1", "16"]) expect(picture).toContain(`>${tick}</text>`);
  });
});
