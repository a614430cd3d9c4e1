import { describe, expect, it } from "vitest";
import { readPath } from "../../server/policy/path-readings.ts";

const longest = 8 * 1024;

/** Each reading with its segments between slashes, the canonical one first and the others in order. */
function read(uri: string) {
  const { readings, isTreacherous } = readPath(uri);
  const [canonical, ...others] = readings.map((segments) => `/${segments.join("/")}`);
  return { isTreacherous, readings: [canonical, ...others.toSorted()] };
}

describe("a path that every server reads alike has one reading", () => {
  it.each([
    ["/", "/"],
    ["", "/"],
    ["?x", "/"],
    ["/a", "/a"],
    ["/a/b", "/a/b"],
    ["/a/b/", "/a/b"],
    ["/a/b?c=/../d;e", "/a/b"],
    ["/a%20b?c=/../d;e", "/a b"],
    ["/Az09-._~!$&'()*+,=:@/x", "/Az09-._~!$&'()*+,=:@/x"],
    ["/a/.../b", "/a/.../b"],
    ["/.a/..b/c.", "/.a/..b/c."],
    ["/a%20b", "/a b"],
    ["/a%3c%3E%22%5e%60%7B%7c%7d", '/a<>"^`{|}'],
    ["/%C3%A9", "/é"],
    ["/%C3%A9%E2%82%AC", "/é€"],
    ["/é", "/é"],
    [`/${"a".repeat(longest - 1)}`, `/${"a".repeat(longest - 1)}`],
    [`/${"%20".repeat(2_730)}a`, `/${" ".repeat(2_730)}a`],
  ])("%#: %j", (uri, reading) => {
    expect(read(uri)).toEqual({ isTreacherous: false, readings: [reading] });
  });
});

describe("a path that servers read differently has each reading", () => {
  it.each([
    ["without a slash at its start", "a/b", ["/a/b", "/b"]],
    ["without a slash", "ab", ["/ab", "/"]],
    ["with nothing but slashes", "//", ["/", "/"]],
    [
      "with dots between empty segments",
      "/x//..//b",
      ["/b", "/x/../b", "/x//..//b", "/x//b", "/x/b"],
    ],
    ["with an empty segment", "/a//b", ["/a/b", "/a//b"]],
    ["with an empty segment at its end", "/a//", ["/a", "/a/"]],
    ["that may start with a host", "//ab/c", ["/ab/c", "//ab/c", "/c"]],
    ["that may start with a host and have no more", "//a", ["/a", "/", "//a"]],
    ["that may start with a host after three slashes", "///a/b", ["/a/b", "///a/b", "/b"]],
    ["with a dot segment", "/a/./b", ["/a/b", "/a/./b"]],
    ["with a dot segment at its end", "/a/.", ["/a", "/a/."]],
    ["with two dots", "/a/../b", ["/b", "/a/../b"]],
    ["with two dots at its end", "/a/b/..", ["/a", "/a/b/.."]],
    ["with two dots at its start", "/../a", ["/a", "/../a"]],
    ["with two dots after an empty segment", "/a//../b", ["/b", "/a/../b", "/a//../b", "/a/b"]],
    ["with an escape that is not necessary", "/%61", ["/a", "/%61"]],
    ["with escaped dots", "/a/%2E%2e/b", ["/b", "/a/%2E%2e/b", "/a/../b"]],
    ["with a backslash", "/a\\b", ["/a\\b", "/a/b"]],
    ["with dots after a backslash", "/a\\..\\b", ["/a\\..\\b", "/a/../b", "/b"]],
    ["with a fragment", "/a#b/c", ["/a#b/c", "/a"]],
  ])("%s: %s", (_, uri, readings) => {
    expect(read(uri)).toEqual({ isTreacherous: false, readings });
  });
});

describe("a path that no rule may open has its readings for the rules that restrict", () => {
  it.each([
    ["an escaped slash", "/a%2fb", ["/a/b", "/a%2fb"]],
    ["an escaped backslash", "/a%5Cb", ["/a\\b", "/a%5Cb", "/a/b"]],
    ["an escaped NUL", "/a%00b/c", ["/a\0b/c", "/a", "/a%00b/c", "/ab/c"]],
    ["an escaped fragment", "/a%23b", ["/a#b", "/a", "/a%23b"]],
    ["an escaped query", "/a%3Fb", ["/a?b", "/a", "/a%3Fb"]],
    ["an escaped percent", "/%252e%252e/b", ["/%2e%2e/b", "/%252e%252e/b", "/../b", "/b"]],
    ["a parameter", "/a;x=1/b", ["/a;x=1/b", "/a/b"]],
    ["an escaped parameter", "/a%3Bx/b", ["/a;x/b", "/a%3Bx/b", "/a/b"]],
    ["dots before a parameter", "/a/..;x/b", ["/a/..;x/b", "/a/../b", "/b"]],
    ["an overlong dot of two bytes", "/a/%c0%ae/b", ["/a/b", "/a/./b"]],
    ["an overlong letter of two bytes", "/%C1%A1", ["/a"]],
    ["an overlong slash of two bytes", "/a%c0%afb", ["/a/b"]],
    ["an overlong dot of three bytes", "/a/%e0%80%ae/b", ["/a/b", "/a/./b"]],
    ["an overlong letter of three bytes", "/%E0%81%A1", ["/a"]],
    ["an overlong dot of four bytes", "/a/%f0%80%80%ae/b", ["/a/b", "/a/./b"]],
    ["bytes that are no character", "/%ff%61", ["/%ffa", "/%ff%61"]],
    ["bytes that are no character before an escaped tilde", "/%ff%7E", ["/%ff~", "/%ff%7E"]],
    ["bytes that are no character before an escaped byte", "/%80%ff", ["/%80%ff"]],
    ["a percent without an escape", "/%4", ["/%4"]],
    ["a percent alone", "/%", ["/%"]],
    ["a semicolon alone", "/;", ["/;", "/"]],
  ])("%s: %s", (_, uri, readings) => {
    expect(read(uri)).toEqual({ isTreacherous: true, readings });
  });

  it("or none if it is too long for that", () => {
    const long = [`/${"a".repeat(longest)}`, `/%20${"a".repeat(longest - 3)}`];
    const tooLong = { readings: [], isTreacherous: true };

    expect(long.map((uri) => readPath(uri))).toEqual([tooLong, tooLong]);
    expect(long.map((uri) => readPath(`${uri}?x`))).toEqual([tooLong, tooLong]);
  });
});
