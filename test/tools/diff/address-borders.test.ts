import { describe, expect, it } from "vitest";
import { rangesOf } from "../../../server/http/address-ranges.ts";
import { lastOf, neighbours } from "../../../server/tools/diff/address-borders.ts";

describe("the borders of a range of addresses", () => {
  it.each<[string, string[], string]>([
    ["203.0.113.0/24", ["203.0.113.0", "203.0.112.255", "203.0.114.0"], "203.0.113.255"],
    ["203.0.113.77/24", ["203.0.113.0", "203.0.112.255", "203.0.114.0"], "203.0.113.255"],
    ["203.0.113.7", ["203.0.113.7", "203.0.113.6", "203.0.113.8"], "203.0.113.7"],
    ["0.0.0.0/1", ["0.0.0.0", "128.0.0.0"], "127.255.255.255"],
    ["0.0.0.0/0", ["0.0.0.0"], "255.255.255.255"],
    ["255.255.255.255", ["255.255.255.255", "255.255.255.254"], "255.255.255.255"],
    [
      "2001:db8::/32",
      ["2001:db8::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"],
      "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    ],
    ["::1", ["::1", "::", "::2"], "::1"],
    ["::/0", ["::"], "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ])("of %s are its first address and those outside: %j", (written, expected, last) => {
    const [range] = rangesOf(written);

    expect(range && neighbours(range)).toEqual(expected);
    expect(range && lastOf(range)).toBe(last);
  });
});
