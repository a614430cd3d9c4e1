import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../../../server/policy/policy.ts";
import { indexByHost } from "../../../server/policy/rule-index.ts";
import { compileRules } from "../../../server/policy/rules.ts";
import { forwardedRequest, isMalformed } from "../../../server/forwarded/forwarded-request.ts";
import { translateRegex } from "../../../server/tools/import/route-pattern.ts";

describe("a regular expression of oauth2-proxy", () => {
  it.each<[regex: string, paths: string[], exactPaths?: string[]]>([
    ["^/public", ["/public/**"]],
    ["^/public/", ["/public/*/**"], ["/public/"]],
    ["^/public/.*$", ["/public/*/**"], ["/public/"]],
    ["^/public/.+", ["/public/*/**"]],
    ["^/health$", [], ["/health"]],
    ["^/health/$", [], ["/health/"]],
    ["^/(a|b)$", [], ["/a", "/b"]],
    [String.raw`^/robots\.txt$`, [], ["/robots.txt"]],
    ["^/docs(/.+)?$", ["/docs/*/**"], ["/docs"]],
    ["^/public(/.*)?$", ["/public/**"]],
    ["^/public(?:/|$)", ["/public/**"]],
    ["^/public/?$", ["/public"]],
    ["^/health$|^/health/$", ["/health"]],
    [String.raw`^\/api\/v1\/docs`, ["/api/v1/docs/**"]],
    ["^/(css|js)/", ["/css/*/**", "/js/*/**"], ["/css/", "/js/"]],
    ["^/users/[^/]*/avatar/", ["/users/*/avatar/*/**"]],
    ["^/a/.*/b/", ["/a/*/b/*/**"]],
    [String.raw`^/\.well-known/`, ["/.well-known/*/**"], ["/.well-known/"]],
    ["(?i)^/Docs/", ["/Docs/*/**"], ["/Docs/"]],
    ["/public/", ["/public/*/**"], ["/public/"]],
    ["^/$", ["/"]],
    ["^/", ["/**"]],
    ["^/.+", ["/*/**"]],
    [".*", ["/**"]],
  ])("%s becomes %j", (regex, paths, exactPaths = []) => {
    const translated = translateRegex(regex);

    expect(translated).toMatchObject({ paths, exactPaths, lost: undefined });
  });

  it.each<[regex: string, nearest: string[]]>([
    ["^/a,b$", ["/a,b"]],
    ["^/users/[^/]*$", ["/users/*"]],
    [String.raw`^/api/v\d+/`, []],
    [String.raw`\.css$`, []],
    [String.raw`^/static/.*\.css$`, []],
    ["^/users/[^/]+/avatar/", []],
    ["^/users/.+/avatar/", []],
    ["^/a[0-9]", []],
    [String.raw`^/\*/`, []],
    [String.raw`^/a%2f`, []],
    ["^/a;b", []],
    ["^/a//b", []],
    ["^/a/(/|$)", []],
    ["^/../a", []],
    ["^/a{2}", []],
    ["^/(a|b)+/", []],
    ["^/(?P<x>a)/", []],
    ["^/(a", []],
    ["health", []],
  ])("%s opens no path", (regex, nearest) => {
    const translated = translateRegex(regex);

    expect([translated.paths, translated.exactPaths]).toEqual([[], []]);
    expect(translated.lost).toBeDefined();
    expect(translated.nearest).toEqual(nearest);
  });

  const word = fc.constantFrom(
    "a",
    "b",
    ".",
    "[^/]+",
    ".*",
    ".+",
    "a?",
    "(a|b)",
    "(/b)?",
    "(/.*)?",
    "(/|$)",
  );
  const regex = fc
    .tuple(
      fc.constantFrom("^/", "/", "", "^"),
      fc.array(fc.oneof(word, fc.constant("/")), { maxLength: 6 }),
      fc.constantFrom("", "$", "/?$"),
    )
    .map(([start, words, end]) => start + words.join("") + end);
  const uri = fc
    .array(fc.constantFrom("a", "b", "/", "/", ".", "%61", "%2f", "..", "ab", ";x", "c"), {
      maxLength: 8,
    })
    .map((parts) => `/${parts.join("")}`);

  it("opens only paths that the expression matches", () => {
    const opens = (regexOfRoute: string, path: string) => {
      const { paths, exactPaths } = translateRegex(regexOfRoute);
      const rules = compileRules([
        { path: [...paths, "/never"], allow: "public" as const },
        { exactPath: [...exactPaths, "/never"], allow: "public" as const },
      ]);
      const request = forwardedRequest("GET", "https", "app.example.com", path);
      if (isMalformed(request)) return false;
      const given = { request, address: undefined, provider: undefined, isPreflight: false };
      const visitor = { identity: undefined, now: 0 };
      return decide(indexByHost(rules)(request), undefined, given, visitor).verdict === "allow";
    };

    const wider = fc.check(
      fc.property(regex, uri, (written, path) => {
        fc.pre(opens(written, path));
        return new RegExp(written).test(decodeURIComponent(path));
      }),
      { numRuns: 1_000, maxSkipsPerRun: 1_000 },
    );

    expect(wider.counterexample).toBeNull();
  });
});
