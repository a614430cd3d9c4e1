import { describe, expect, it } from "vitest";
import { matchParameter, readQuery } from "../../server/policy/query-readings.ts";

const match = (uri: string, parameter: string) => matchParameter(readQuery(uri), parameter);
const longest = 8 * 1024;

describe("a query", () => {
  it.each([
    ["/?a", "a"],
    ["/?a=1", "a"],
    ["/?b&a", "a"],
    ["/?A", "A"],
    ["/??a", "?a"],
    ["/?a[]=1", "a[]"],
    ["/?%61", "a"],
    ["/?a+b", "a b"],
    ["/?a=1", "a=1"],
    ["/?a", "a="],
    ["/?b=2&a=1", "a=1"],
    ["/?a=1&A=1", "a=1"],
    ["/?x=a=1", "x=a=1"],
    [`/?a&${"b".repeat(longest - 2)}`, "a"],
  ])("%#: %s has %s", (uri, parameter) => {
    expect(match(uri, parameter)).toBe("yes");
  });

  it.each([
    ["/", "a"],
    ["/a", "a"],
    ["/?", "a"],
    ["/?", ""],
    ["/?b", "a"],
    ["/?ab", "a"],
    ["/?b=a", "a"],
    ["/?x?a", "a"],
    ["/?a?b", "ab"],
    ["/x&a", "a"],
    ["/?x=1", "a=1"],
    ["/?a=2", "a=1"],
    ["/?a=1", "a="],
    ["/?a=11", "a=1"],
    ["/?a=1;", "a=1;x"],
    [`/?${"b".repeat(longest)}`, "a"],
  ])("%#: %s does not have %s", (uri, parameter) => {
    expect(match(uri, parameter)).toBe("no");
  });

  it.each([
    ["another case", "/?A", "a"],
    ["a case that the rule has", "/?a", "A"],
    ["brackets", "/?a[]=1", "a"],
    ["brackets with a line break", "/?a[%0a]=1", "a"],
    ["a second question mark", "/??a", "a"],
    ["more question marks", "/????a", "a"],
    ["a space", "/?%20a", "a"],
    ["a space after it", "/?a%20", "a"],
    ["a NUL", "/?a%00b", "a"],
    ["a semicolon", "/?b;a", "a"],
    ["a semicolon before a value", "/?b;a=1", "a=1"],
    ["another case with the value", "/?A=1", "a=1"],
    ["a space after the value", "/?a=1%20", "a=1"],
    ["a NUL after the value", "/?a=1%00x", "a=1"],
    ["two values", "/?a=1&a=2", "a=1"],
    ["two values, one behind a semicolon", "/?a=1&b;a=2", "a=1"],
    ["two values in two cases", "/?a=1&A=2", "a=1"],
    ["a value behind a semicolon", "/?a=1;b", "a=1"],
    ["too many characters", `/?${"b".repeat(longest + 1)}`, "a"],
    ["too many characters and the parameter", `/?a=1&${"b".repeat(longest)}`, "a=1"],
  ])("with %s may have the parameter (%#)", (_, uri, parameter) => {
    expect(match(uri, parameter)).toBe("maybe");
  });
});

it("a query that is too long is not parsed", () => {
  const { exact, lenient, isTooLong } = readQuery(`/?a&${"b".repeat(longest)}`);

  expect({ exact, lenient, isTooLong }).toEqual({ exact: [], lenient: [], isTooLong: true });
});
