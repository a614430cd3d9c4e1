import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forwardedRequest, isMalformed } from "../../server/forwarded/forwarded-request.ts";
import { matchHost, parseHostPattern } from "../../server/policy/host-pattern.ts";
import { pathOf, type RequestFacts } from "../../server/policy/request-facts.ts";
import { indexByHost } from "../../server/policy/rule-index.ts";
import { compileRules, matchRule, type Rule } from "../../server/policy/rules.ts";
import { configOf } from "../peers/doorward.ts";

const names = ["app.example.com", "example.com", "a.b.app.example.com", "app.example.org", "[::1]"];
const wildcards = ["*.example.com", "*.app.example.com", "*.b.app.example.com", "*.example.org"];
const ports = ["", ":80", ":443", ":8443", ":1"];

const name = fc.oneof(fc.constantFrom(...names), fc.constantFrom(...wildcards));
const pattern = fc.tuple(name, fc.constantFrom(...ports)).map((parts) => parts.join(""));
const path = fc.constantFrom("/a/**", "/b", "/*/b", "/**", "/a", "/");
const exactPath = fc.constantFrom("/a", "/a/", "/b", "/x/b", "/");
const rule = fc.record(
  {
    host: fc.array(pattern, { minLength: 1, maxLength: 3 }),
    path: fc.array(path, { minLength: 1, maxLength: 2 }),
    exactPath: fc.array(exactPath, { minLength: 1, maxLength: 2 }),
    methods: fc.constant(["GET"]),
    deny: fc.constant(true),
  },
  { requiredKeys: ["deny"] },
);
const uri = fc.constantFrom(
  "/",
  "/a",
  "/a/",
  "/a/x",
  "/b",
  "/c",
  "/x/b",
  "//a",
  "/x/../a",
  "/a%2fb",
);
const host = fc
  .tuple(
    fc.constantFrom(
      ...names,
      "x.example.com",
      "x.app.example.com",
      "x.b.app.example.com",
      "x.example.org",
    ),
    fc.constantFrom("", ":80", ":443", ":8443", ":1", ":2", "."),
  )
  .map((parts) => parts.join(""));
const scheme = fc.constantFrom("http", "https");

function compiled(raw: readonly object[]): readonly Rule[] {
  const config = configOf({
    url: "https://auth.example.com",
    providers: { google: { clientId: "x" } },
    access: { anyone: true },
    rules: raw,
  });
  return compileRules(config.rules);
}

/** What each rule contributes to a decision: those that match or may match, up to the first that matches. */
function contributions(rules: readonly Rule[], facts: RequestFacts): string[] {
  const found: string[] = [];
  for (const one of rules) {
    const match = matchRule(one, facts);
    if (match !== "no") found.push(`${one.name} ${match}`);
    if (match === "yes") break;
  }
  return found;
}

describe("the rules of a host, for arbitrary rules and requests", () => {
  const settings = { numRuns: 600 };

  it("with a path contribute the same to a decision as the whole list", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), host, scheme, uri, (raw, authority, ...to) => {
        const [proto, target] = to;
        const request = forwardedRequest("GET", proto, authority, target);
        if (isMalformed(request)) return;
        const rules = compiled(raw);
        const facts = { request, address: undefined, provider: undefined, isPreflight: false };

        const indexed = indexByHost(rules)(request, pathOf(facts));

        expect(contributions(indexed, facts)).toEqual(contributions(rules, facts));
      }),
      settings,
    );
  });

  it("without a path are all rules whose host matches or may match", () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), host, scheme, (raw, authority, proto) => {
        const request = forwardedRequest("GET", proto, authority, "/");
        if (isMalformed(request)) return;
        const rules = compiled(raw);

        const indexed = indexByHost(rules)(request).map((one) => {
          const isOpen = one.conditions.some((condition) => condition.name === "host");
          return `${one.name} ${isOpen ? "maybe" : "yes"}`;
        });

        const plain = rules.flatMap(({ name: place, config: { host: patterns } }) => {
          const match = patterns && matchHost(patterns.map(parseHostPattern), request);
          return match === "no" ? [] : [`${place} ${match ?? "yes"}`];
        });
        expect(indexed).toEqual(plain);
      }),
      settings,
    );
  });
});
