import { describe, expect, it } from "vitest";
import { forwardedRequest, isMalformed } from "../../server/forwarded/forwarded-request.ts";
import { readPath } from "../../server/policy/path-readings.ts";
import { indexByHost } from "../../server/policy/rule-index.ts";
import { compileRules } from "../../server/policy/rules.ts";

type Raw = Parameters<typeof compileRules>[0][number];

/** The indices of the rules that the index returns for a URL, "?" after those that only may match its host. */
function finder(raw: readonly Raw[]) {
  return (url: string) => {
    const rulesOf = indexByHost(compileRules(raw));
    const [, scheme = "", host = "", uri = ""] = /^(\w+):\/\/([^/]+)(\S*)$/.exec(url) ?? [];
    const request = forwardedRequest("GET", scheme, host, uri);
    if (isMalformed(request)) throw new Error(request.malformed);
    const rules = rulesOf(request, readPath(uri));
    return rules
      .map(({ name, conditions }) => {
        const isOpen = conditions.some((condition) => condition.name === "host");
        return name.replace("rules.", "") + (isOpen ? "?" : "");
      })
      .join(" ");
  };
}

const host = ["app.example.com"];
const allow = "signed-in";
const methods = ["GET"];

describe("the rules that may concern a path", () => {
  const found = finder([
    { path: ["/a/b"], allow },
    { path: ["/c/**", "/a/x"], allow },
    { path: ["/*/d"], allow },
    { path: ["/**"], methods, allow },
    { path: ["/a"], allow },
    { path: ["/"], allow },
    { path: ["/e", "/*"], allow },
    { methods, allow },
  ]);

  it.each([
    ["/a", "0 1 2 3 4 6 7"],
    ["/a/b/c", "0 1 2 3 4 6 7"],
    ["/c", "1 2 3 6 7"],
    ["/e", "2 3 6 7"],
    ["/other", "2 3 6 7"],
    ["/", "2 3 5 6 7"],
  ])("%s are those of its first segment and those for any", (path, rules) => {
    expect(found(`https://app.example.com${path}`)).toBe(rules);
  });

  it.each(["/a//b", "/a;x", "/%61", "/a/../b", `/${"a".repeat(9_000)}`])(
    "of case %#, which servers read in several ways, are all",
    (path) => {
      expect(found(`https://app.example.com${path}`)).toBe("0 1 2 3 4 5 6 7");
    },
  );
});

describe("the rules after one that surely matches", () => {
  const found = finder([
    { path: ["/a"], allow },
    { methods, allow },
    { allow },
    { path: ["/a"], allow },
    { path: ["/b"], allow },
    { allow },
  ]);

  it("are left out", () => {
    expect(found("https://app.example.com/a")).toBe("0 1 2");
    expect(found("https://app.example.com/b")).toBe("1 2");
  });

  it("remain for a path that servers read in several ways, which may be too ambiguous for that one", () => {
    expect(found("https://app.example.com/a;x")).toBe("0 1 2 3 4 5");
  });

  it("are left out only where it surely matches the host", () => {
    const ofHost = finder([{ host, allow }, { host: ["*.example.com"], allow }, { allow }]);

    expect(ofHost("https://app.example.com/")).toBe("0");
    expect(ofHost("https://app.example.com:81/")).toBe("0? 1? 2");
    expect(ofHost("https://b.example.com/")).toBe("1");
    expect(ofHost("https://b.example.com:81/")).toBe("1? 2");
    expect(ofHost("https://example.com/")).toBe("2");
  });
});

describe("the rules of a host with a wider one", () => {
  const found = finder([
    { path: ["/a"], allow },
    { host, path: ["/a"], allow },
    { host: ["*.example.com"], path: ["/b"], allow },
    { host, path: ["/*"], methods, allow },
    { path: ["/c"], allow },
    { host: ["*.app.example.com"], path: ["/a"], allow },
    { host, path: ["/c", "/a"], allow },
    { methods, allow },
  ]);

  it.each([
    ["app.example.com/a", "0 1 3 6 7"],
    ["app.example.com/b", "2 3 7"],
    ["app.example.com/c", "3 4 6 7"],
    ["app.example.com/d", "3 7"],
    ["app.example.com:81/a", "0 1? 3? 6? 7"],
    ["app.example.com:81/b", "2? 3? 7"],
    ["x.app.example.com/a", "0 5 7"],
    ["x.app.example.com/b", "2 7"],
    ["x.app.example.com:81/a", "0 5? 7"],
    ["other.example.com/a", "0 7"],
    ["other.example.com/b", "2 7"],
    ["other.example.com/d", "7"],
    ["example.org/b", "7"],
    ["example.org/c", "4 7"],
  ])("of %s are merged in the order of the list", (url, rules) => {
    expect(found(`https://${url}`)).toBe(rules);
  });
});

describe("the rules of a port", () => {
  const found = finder([
    { host: ["app.example.com:8443", "app.example.com:80"], path: ["/a"], allow },
    { host: ["app.example.com"], path: ["/a"], allow },
    { host: ["*.example.com:443"], path: ["/a"], allow },
    { path: ["/a"], allow },
  ]);

  it.each([
    ["https://app.example.com", "0? 1 2 3"],
    ["http://app.example.com", "0 1 2? 3"],
    ["https://app.example.com:8443", "0 1? 2? 3"],
    ["http://app.example.com:8443", "0 1? 2? 3"],
    ["https://app.example.com:80", "0 1? 2? 3"],
    ["http://app.example.com:443", "0? 1? 2 3"],
    ["https://app.example.com:1", "0? 1? 2? 3"],
    ["https://b.example.com", "2 3"],
    ["http://b.example.com", "2? 3"],
    ["https://b.example.com:1", "2? 3"],
  ])("of %s", (origin, rules) => {
    expect(found(`${origin}/a`)).toBe(rules);
  });
});

it("a rule with two patterns of one host is one rule", () => {
  const found = finder([{ host: ["a.example.com", "*.example.com", "a.example.com:81"], allow }]);

  expect(found("https://a.example.com/")).toBe("0");
  expect(found("https://a.example.com:81/")).toBe("0");
  expect(found("https://a.example.com:82/")).toBe("0?");
});
