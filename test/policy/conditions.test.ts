import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forwardedRequest, isMalformed } from "../../server/forwarded/forwarded-request.ts";
import { decide } from "../../server/policy/policy.ts";
import type { RequestFacts } from "../../server/policy/request-facts.ts";
import { indexByHost } from "../../server/policy/rule-index.ts";
import { compileRules } from "../../server/policy/rules.ts";
import { rulesForAnyUrl } from "../../server/policy/rules-for-any-url.ts";
import { configOf } from "../peers/doorward.ts";

/** Rules as the schema reads them, the first with settings that no table contains. */
function rulesOf(written: Record<string, unknown>[], added: object = {}) {
  const known = configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { google: { clientId: "x" }, partner: { type: "google", clientId: "y" } },
    trustedProxies: ["127.0.0.1"],
    access: { anyone: true },
    rules: written,
  }).rules;
  const [first, ...others] = known;
  return compileRules(first === undefined ? [] : [{ ...first, ...added }, ...others]);
}

function factsOf(url: string, facts: Partial<RequestFacts> = {}): RequestFacts {
  const { protocol, host, pathname, search } = new URL(url);
  const request = forwardedRequest("GET", protocol.slice(0, -1), host, pathname + search);
  if (isMalformed(request)) throw new Error(request.malformed);
  return { request, address: undefined, provider: undefined, isPreflight: false, ...facts };
}

const visitor = { identity: undefined, now: 0 };
const https = factsOf("https://app.example.com/secret");

describe("a rule with a setting that no table contains", () => {
  const added = { scheme: ["http"] };

  it("opens nothing", () => {
    const rules = rulesOf([{ host: "app.example.com", allow: "public" }], added);

    expect(decide(rules, { anyone: true }, https, visitor).verdict).not.toBe("allow");
    expect(decide(indexByHost(rules)(https.request), undefined, https, visitor).verdict).not.toBe(
      "allow",
    );
  });

  it("still restricts what a later rule would open", () => {
    const rules = rulesOf([{ host: "app.example.com", deny: true }, { allow: "public" }], added);

    expect(decide(rules, undefined, https, visitor).verdict).toBe("deny");
  });

  it("does not affect hosts that its other conditions exclude", () => {
    const rules = rulesOf(
      [{ host: "app.example.com", allow: "public" }, { allow: "public" }],
      added,
    );

    expect(decide(rules, undefined, factsOf("https://www.example.com/"), visitor).verdict).toBe(
      "allow",
    );
  });

  it("grants nothing if the URL is unknown", () => {
    const rules = rulesOf([{ allow: "signed-in" }], added);
    const identity = {
      issuer: "https://id.example.com",
      subject: "ada",
      email: undefined,
      groups: [],
      name: undefined,
      preferredUsername: undefined,
      provider: "google",
      claims: {},
    };

    expect(
      decide(rulesForAnyUrl(rules), { anyone: true }, https, { identity, now: 0 }).verdict,
    ).toBe("deny");
  });
});

describe("a condition that returns no match", () => {
  it.each([undefined, null, true, "", "YES", {}, Promise.resolve("no")])(
    "makes its rule restrict only (%s)",
    (result) => {
      const match = () => result as never;
      const conditions = [{ name: "broken", needs: undefined, match }];
      const rules = compileRules([{ allow: "public" }]).map((rule) =>
        Object.assign(rule, { conditions }),
      );

      expect(decide(rules, undefined, https, visitor).verdict).toBe("challenge");
    },
  );
});

describe("the host index", () => {
  const pattern = fc.constantFrom(
    "app.example.com",
    "*.example.com",
    "app.example.com:8443",
    "www.example.com",
    "*.app.example.com",
  );
  const written = fc.record({
    host: fc.option(fc.uniqueArray(pattern, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    path: fc.option(fc.constantFrom("/a/**", "/b", "/*/c"), { nil: undefined }),
    methods: fc.option(fc.constantFrom("GET", "POST"), { nil: undefined }),
    allow: fc.constantFrom("public", "signed-in"),
  });
  const url = fc
    .tuple(
      fc.constantFrom("http", "https"),
      fc.constantFrom("app.example.com", "www.example.com", "x.app.example.com", "example.com"),
      fc.constantFrom("", ":8443", ":81"),
      fc.constantFrom("/", "/a/x", "/b", "/z/c", "/a;x", "//b"),
    )
    .map(([scheme, host, port, path]) => `${scheme}://${host}${port}${path}`);

  it("gives the same decision as evaluating every condition of every rule", () => {
    let matched = 0;
    fc.assert(
      fc.property(fc.array(written, { maxLength: 5 }), url, (raw, target) => {
        const rules = rulesOf(raw);
        const facts = factsOf(target);
        const all = decide(rules, undefined, facts, visitor);
        const indexed = decide(indexByHost(rules)(facts.request), undefined, facts, visitor);
        expect(indexed).toEqual(all);
        if (all.rule !== "access") matched++;
      }),
      { numRuns: 2_000, interruptAfterTimeLimit: 60_000 },
    );

    expect(matched).toBeGreaterThan(300);
  });
});
