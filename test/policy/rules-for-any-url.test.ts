import * as fc from "fast-check";
import { expect, it } from "vitest";
import { rulesForAnyUrl } from "../../server/policy/rules-for-any-url.ts";
import type { Identity } from "../../server/identity/identity.ts";
import { decide } from "../../server/policy/policy.ts";
import { indexByHost } from "../../server/policy/rule-index.ts";
import { compileRules } from "../../server/policy/rules.ts";
import { forwardedRequest, isMalformed } from "../../server/forwarded/forwarded-request.ts";

const ada = {
  issuer: "https://id.example.com",
  subject: "ada",
  email: undefined,
  name: undefined,
  preferredUsername: undefined,
  claims: { auth_time: 1_000 },
};
const group = fc.constantFrom("staff", "ops", "admins");
const identity = fc.record({
  groups: fc.uniqueArray(group),
  provider: fc.constantFrom("google", "partner"),
});
const one = <Value>(...values: Value[]) =>
  fc.option(fc.constantFrom(...values), { nil: undefined });
const rule = fc.record({
  host: one(["app.example.com"], ["*.example.com"]),
  path: one(["/a"], ["/a/**"], ["/*/b"], ["/"]),
  methods: one(["GET"], ["POST"]),
  query: one(["x"], ["x=1"]),
  ip: one(["203.0.113.0/24"]),
  provider: one(["google"], ["partner"]),
  outcome: fc.oneof(
    fc.constantFrom<object>(
      { allow: "public" },
      { allow: "signed-in" },
      { deny: true },
      { maxAge: 60_000 },
      { preflight: "allow" },
      { bearer: true },
    ),
    group.map((name) => ({ allow: { groups: [name] } })),
  ),
});
const requestFields = fc.record({
  method: fc.constantFrom("GET", "POST", "OPTIONS", "get"),
  host: fc.constantFrom(
    "app.example.com",
    "other.example.com",
    "example.org",
    "app.example.com:81",
  ),
  uri: fc.constantFrom("/", "/a", "/a/b", "//a", "/a?x=1", "/a;y", "/%61", "/c/../a", "/x/b?x"),
  address: fc.constantFrom(undefined, "203.0.113.9", "198.51.100.1"),
  isPreflight: fc.boolean(),
});

it("an identity that passes without a known URL passes at every URL", () => {
  let passed = 0;
  const found = fc.check(
    fc.property(
      fc.array(rule, { maxLength: 5 }),
      identity,
      requestFields,
      fc.boolean(),
      (written, changes, question, isOpen) => {
        const rules = compileRules(
          written.map(({ outcome, ...conditions }) => ({ ...conditions, ...outcome })),
        );
        const visitor = { identity: { ...ada, ...changes } as Identity, now: 1_030_000 };
        const access = isOpen ? { anyone: true } : { groups: ["staff"] };
        const request = forwardedRequest(question.method, "https", question.host, question.uri);
        const unknown = forwardedRequest("GET", "https", "auth.example.com", "/");
        if (isMalformed(request) || isMalformed(unknown)) return false;
        const facts = { ...question, request, provider: changes.provider };
        const factsOfAnyUrl = {
          request: unknown,
          provider: changes.provider,
          address: undefined,
          isPreflight: false,
        };

        const forAnyUrl = decide(rulesForAnyUrl(rules), access, factsOfAnyUrl, visitor);
        const forThisUrl = decide(indexByHost(rules)(request), access, facts, visitor);

        if (forAnyUrl.verdict !== "allow") return true;
        passed++;
        return forThisUrl.verdict === "allow";
      },
    ),
    { numRuns: 4_000, interruptAfterTimeLimit: 60_000 },
  );

  expect(found.failed ? fc.defaultReportMessage(found) : undefined).toBeUndefined();
  expect(passed).toBeGreaterThan(200);
});
