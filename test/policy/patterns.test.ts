import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { forwardedRequest, isMalformed } from "../../server/forwarded/forwarded-request.ts";
import { hostPattern, matchHost, parseHostPattern } from "../../server/policy/host-pattern.ts";
import {
  matchesPath,
  parsePathPattern,
  pathPatternFault,
  segmentsOf,
} from "../../server/policy/path-pattern.ts";

/** How hosts of a rule match a URL's host, after they were read from the configuration. */
function matchOf(written: readonly string[], origin: string) {
  const [scheme = "", authority = ""] = origin.split("://");
  const request = forwardedRequest("GET", scheme, authority, "/");
  if (isMalformed(request)) throw new Error(request.malformed);
  const patterns = written.map((host) => parseHostPattern(v.parse(hostPattern, host)));
  return matchHost(patterns, request);
}

describe("a host of a rule", () => {
  it.each([
    ["app.example.com", "app.example.com"],
    ["App.Example.COM:8443", "app.example.com:8443"],
    ["*.Example.com", "*.example.com"],
    ["*.example.com:1", "*.example.com:1"],
    ["example.com:65535", "example.com:65535"],
    ["localhost", "localhost"],
    ["app.example.com:21", "app.example.com:21"],
    ["[::1]", "[::1]"],
    ["[0:0::1]:8443", "[::1]:8443"],
    ["[2001:DB8::A]", "[2001:db8::a]"],
    ["[::1]:80", "[::1]:80"],
  ])("may be %s", (written, read) => {
    expect(v.parse(hostPattern, written)).toBe(read);
  });

  it.each([
    "",
    "*",
    "*.",
    "a.*.example.com",
    "app.*.com",
    "*.*.example.com",
    "https://app.example.com",
    "app.example.com/",
    "app_example.com",
    "app.example.com:",
    "app.example.com:0",
    "app.example.com:08",
    "app.example.com:65536",
    "app.example.com:123456",
    "app.example.com:x1",
    "app.example.com:1x",
    "app.example.com:1:2",
    "app.example.com:1:2:3",
    "[::1",
    "[:::1]",
    "[x]",
    "x[::1]",
    "[::1]x",
    "[::1].example.com",
    "app.example.com]",
    "user@app.example.com",
  ])("may not be %j", (written) => {
    const { success, issues } = v.safeParse(hostPattern, written);

    expect(success).toBe(false);
    expect(issues?.[0].message).toContain("is not a host: write app.example.com");
  });

  it.each([
    [["app.example.com"], "https://app.example.com"],
    [["app.example.com"], "https://app.example.com:443"],
    [["app.example.com"], "http://app.example.com:80"],
    [["app.example.com:443"], "https://app.example.com"],
    [["app.example.com:80"], "http://app.example.com"],
    [["app.example.com:8443"], "https://app.example.com:8443"],
    [["other.example.com", "app.example.com"], "https://app.example.com"],
    [["app.example.com:1", "app.example.com"], "https://app.example.com"],
    [["*.example.com"], "https://app.example.com"],
    [["*.example.com"], "https://a.b.example.com"],
    [["*.b.example.com"], "https://a.b.example.com"],
    [["*.com"], "https://a.b.example.com"],
    [["*.example.com:8443"], "https://app.example.com:8443"],
    [["[::1]"], "https://[::1]"],
    [["[0::1]:8443"], "https://[::1]:8443"],
  ])("%j matches %s", (written, origin) => {
    expect(matchOf(written, origin)).toBe("yes");
  });

  it.each([
    [["app.example.com"], "https://app.example.com:8443"],
    [["app.example.com"], "https://app.example.com:80"],
    [["app.example.com"], "http://app.example.com:443"],
    [["app.example.com:8443"], "https://app.example.com"],
    [["app.example.com:80"], "https://app.example.com"],
    [["app.example.com:443"], "http://app.example.com"],
    [["app.example.com:443"], "https://app.example.com:8443"],
    [["*.example.com:1"], "https://app.example.com:2"],
    [["[::1]"], "https://[::1]:8443"],
  ])("%j may match %s", (written, origin) => {
    expect(matchOf(written, origin)).toBe("maybe");
  });

  it.each([
    [[], "https://app.example.com"],
    [["app.example.com"], "https://example.com"],
    [["example.com"], "https://app.example.com"],
    [["*.example.com"], "https://example.com"],
    [["*.app.example.com"], "https://app.example.com"],
    [["*.example.com"], "https://app.badexample.com"],
    [["app.example.com:8443"], "https://other.example.com:8443"],
  ])("%j does not match %s", (written, origin) => {
    expect(matchOf(written, origin)).toBe("no");
  });
});

describe("a path of a rule", () => {
  it.each([
    "/",
    "/a",
    "/a/",
    "/a/b.c/d",
    "/*",
    "/**",
    "/a/*",
    "/a/*/b",
    "/a/**",
    "/%C3%A9",
    "/a%20b",
    "/...",
  ])("may be %s", (written) => {
    expect(pathPatternFault(written)).toBeUndefined();
  });

  it.each([
    ["", "does not start with a slash"],
    ["a", "does not start with a slash"],
    ["*", "does not start with a slash"],
    ["/a?b", "contains a query or a fragment"],
    ["/a#b", "contains a query or a fragment"],
    ["/a;b", 'contains ";"'],
    ["/a\\b", 'contains "\\\\"'],
    ["/a\nb", 'contains "\\n"'],
    ["/a\u007fb", "contains"],
    ["/a%2Fb", 'contains "%2F"'],
    ["/a%2fb", 'contains "%2f"'],
    ["/a%5cb", 'contains "%5c"'],
    ["/a%00", 'contains "%00"'],
    ["/a%23", 'contains "%23"'],
    ["/a%3f", 'contains "%3f"'],
    ["/a%25", 'contains "%25"'],
    ["/a%2a", 'contains "%2a"'],
    ["/./a", "contains the segment . or .."],
    ["/a/.", "contains the segment . or .."],
    ["/a/../b", "contains the segment . or .."],
    ["/**/a", "contains ** before its last segment"],
    ["/a/**/", "contains ** before its last segment"],
    ["/a*", "contains * as part of a segment"],
    ["/a/*b/c", "contains * as part of a segment"],
    ["/***", "contains * as part of a segment"],
    ["/%", "contains a % that begins no UTF-8 escape"],
    ["/%ff", "contains a % that begins no UTF-8 escape"],
  ])("may not be %j", (written, fault) => {
    expect(pathPatternFault(written)).toContain(fault);
    expect(pathPatternFault(written)).toMatch(/: (?:use|remove) /);
  });

  it("is read with its escapes decoded and without empty segments", () => {
    expect(parsePathPattern("/a%20b//%C3%A9/")).toEqual(["a b", "é"]);
    expect(parsePathPattern("/")).toEqual([]);
    expect(segmentsOf("//a///b/")).toEqual(["a", "b"]);
  });

  it.each([
    ["/", "/"],
    ["/a", "/a"],
    ["/a/b", "/a/b"],
    ["/*", "/a"],
    ["/*/b", "/a/b"],
    ["/a/*", "/a/b"],
    ["/**", "/"],
    ["/**", "/a/b/c"],
    ["/a/**", "/a"],
    ["/a/**", "/a/b/c"],
    ["/*/**", "/a"],
  ])("%s matches %s", (written, path) => {
    expect(matchesPath(parsePathPattern(written), segmentsOf(path))).toBe(true);
  });

  it.each([
    ["/", "/a"],
    ["/a", "/"],
    ["/a", "/b"],
    ["/a", "/a/b"],
    ["/a/b", "/a"],
    ["/a/b", "/b/b"],
    ["/*", "/"],
    ["/*", "/a/b"],
    ["/*/b", "/a/c"],
    ["/a/**", "/"],
    ["/a/**", "/b/c"],
    ["/a/*/**", "/a"],
  ])("%s does not match %s", (written, path) => {
    expect(matchesPath(parsePathPattern(written), segmentsOf(path))).toBe(false);
  });
});
