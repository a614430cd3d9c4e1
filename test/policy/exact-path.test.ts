import { describe, expect, it } from "vitest";
import { forwardedRequest, isMalformed } from "../../server/forwarded/forwarded-request.ts";
import { exactPathFault } from "../../server/policy/path-pattern.ts";
import { decide } from "../../server/policy/policy.ts";
import { indexByHost } from "../../server/policy/rule-index.ts";
import type { RuleConfig } from "../../server/policy/rule-schema.ts";
import { compileRules } from "../../server/policy/rules.ts";

const visitor = { identity: undefined, now: 0 };

function verdict(written: RuleConfig[], uri: string): string {
  const request = forwardedRequest("GET", "https", "app.example.com", uri);
  if (isMalformed(request)) return request.malformed;
  const facts = { request, address: undefined, provider: undefined, isPreflight: false };
  const rules = indexByHost(compileRules(written))(request);
  return decide(rules, undefined, facts, visitor).verdict;
}

describe("a rule with exactPath", () => {
  const opens: RuleConfig[] = [{ exactPath: ["/health", "/docs/"], allow: "public" }];

  it.each(["/health", "/health?full=1", "/docs/", "/docs/?"])("opens %s", (uri) => {
    expect(verdict(opens, uri)).toBe("allow");
  });

  it.each([
    "/health/",
    "/Health",
    "/healthy",
    "/health/x",
    "//health",
    "/health//",
    "/./health",
    "/x/../health",
    "/%68ealth",
    "/health%00",
    "/health;a",
    "/health%3f",
    "/docs",
    "/docs//",
    "/docs/x",
    "/",
  ])("does not open %s", (uri) => {
    expect(verdict(opens, uri)).not.toBe("allow");
  });

  it.each(["/admin", "/admin/", "//admin", "/x/../admin", "/%61dmin", "/admin;x", "/admin%3f"])(
    "that denies also denies %s, which a server may read as its path",
    (uri) => {
      expect(verdict([{ exactPath: ["/admin"], deny: true }, { allow: "public" }], uri)).toBe(
        "deny",
      );
    },
  );

  it("leaves other paths to the rules after it", () => {
    const rules: RuleConfig[] = [{ exactPath: ["/admin"], deny: true }, { allow: "public" }];

    expect(verdict(rules, "/administration")).toBe("allow");
  });
});

it.each([
  "health",
  "/a/*",
  "/**",
  "/a b",
  "/%61",
  "/a//b",
  "//",
  "/a/../b",
  "/a;b",
  "/a?b",
  "/\u00e4",
  "/a,b",
])("%j is no exact path", (written) => {
  expect(exactPathFault(written)).toBeDefined();
});

it.each(["/", "/a", "/a/", "/a.b/c-d_e~f/9"])("%j is an exact path", (written) => {
  expect(exactPathFault(written)).toBeUndefined();
});
