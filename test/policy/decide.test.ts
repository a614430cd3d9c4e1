import { describe, expect, it } from "vitest";
import { forwardedRequest, isMalformed } from "../../server/forwarded/forwarded-request.ts";
import type { Identity } from "../../server/identity/identity.ts";
import { notListed } from "../../server/policy/access.ts";
import { readNarrowings } from "../../server/policy/narrowing.ts";
import { couldPass, decide, decideBy, decidedBy } from "../../server/policy/policy.ts";
import { rulesForAnyUrl } from "../../server/policy/rules-for-any-url.ts";
import { compileRules, failedCondition } from "../../server/policy/rules.ts";

type Raw = Parameters<typeof compileRules>[0][number];

const ada: Identity = {
  issuer: "https://id.example.com",
  subject: "ada",
  email: "ada@example.com",
  groups: ["staff"],
  name: undefined,
  preferredUsername: undefined,
  provider: "google",
  claims: { auth_time: 1_000, acr: "silver" },
};
const now = 1_060_000; // a minute after her sign-in
const access = { groups: ["staff"] };

function factsOf(uri: string, changes: { method?: string; isPreflight?: boolean } = {}) {
  const { method = "GET", isPreflight = false } = changes;
  const request = forwardedRequest(method, "https", "app.example.com", uri);
  if (isMalformed(request)) throw new Error(request.malformed);
  return { request, address: undefined, provider: "google", isPreflight };
}

const decided = (
  raw: readonly Raw[],
  {
    uri = "/",
    identity,
    query = "",
    isPreflight = false,
  }: {
    uri?: string;
    identity?: Identity | undefined;
    query?: string;
    isPreflight?: boolean;
  } = {},
) =>
  decide(
    compileRules(raw),
    access,
    factsOf(uri, { isPreflight }),
    { identity, now },
    readNarrowings(query),
  );

describe("a decision", () => {
  it("of access names it, and why an identity is denied", () => {
    expect(decided([])).toEqual({ verdict: "challenge", rule: "access" });
    expect(decided([], { identity: ada })).toEqual({ verdict: "allow", rule: "access" });
    expect(decided([], { identity: { ...ada, groups: [] } })).toEqual({
      verdict: "deny",
      rule: "access",
      reason: notListed,
      code: "group_not_listed",
    });
  });

  it("of a public rule shows the identity alone, and no token", () => {
    const open = { verdict: "allow", rule: "rules.0", showing: "identity" };

    expect(decided([{ allow: "public" }])).toEqual(open);
    expect(decided([{ allow: "public" }], { identity: ada })).toEqual(open);
  });

  it("of a preflight shows nothing", () => {
    const rules: Raw[] = [{ preflight: "allow" }];

    expect(decided(rules, { isPreflight: true })).toEqual({
      verdict: "allow",
      rule: "rules.0",
      showing: "nothing",
    });
    expect(decided(rules)).toEqual({ verdict: "challenge", rule: "rules.0" });
    expect(decided(rules, { isPreflight: true, uri: "/a;b" })).toEqual({
      verdict: "challenge",
      rule: "rules.0",
    });
  });

  it("of a rule that lists identities names it, and why an identity is denied", () => {
    const rules: Raw[] = [{ allow: { subjects: ["ada"] } }];

    expect(decided(rules, { identity: ada })).toEqual({ verdict: "allow", rule: "rules.0" });
    expect(decided(rules, { identity: { ...ada, subject: "bob" } })).toEqual({
      verdict: "deny",
      rule: "rules.0",
      reason: notListed,
      code: "subject_not_listed",
    });
    expect(decided([{ deny: true }], { identity: ada })).toEqual({
      verdict: "deny",
      rule: "rules.0",
      reason: "the rule denies every request",
      code: "rule_denies",
    });
  });

  it("that needs a recent or stronger sign-in says which", () => {
    const stepUp = { maxAgeMs: 30_000, acr: ["gold"] };

    expect(decided([{ maxAge: 30_000, acr: ["gold"] }], { identity: ada })).toEqual({
      verdict: "challenge",
      rule: "rules.0",
      stepUp,
    });
    expect(decided([{ maxAge: 90_000, acr: ["silver"] }], { identity: ada })).toEqual({
      verdict: "allow",
      rule: "rules.0",
    });
    expect(decided([{ maxAge: 90_000 }])).toEqual({ verdict: "challenge", rule: "rules.0" });
  });

  it("of a rule with settings that the code does not know names them", () => {
    const unknown = { allow: "public", color: "red", size: 1 } as Raw;

    expect(decided([unknown])).toEqual({
      verdict: "deny",
      rule: "rules.0",
      reason: "the rule has settings that this version does not know: color, size",
      code: "rule_unknown",
    });
  });
});

describe("a rule that denies", () => {
  it("has no effect where its query does not match", () => {
    const rules: Raw[] = [{ query: ["a", "b=1"], deny: true }];

    expect(decided(rules, { uri: "/?c&b=2", identity: ada }).verdict).toBe("allow");
    expect(decided(rules, { uri: "/?c&b=1", identity: ada }).verdict).toBe("deny");
    expect(decided(rules, { uri: "/?A", identity: ada }).verdict).toBe("deny");
  });

  it("counts for a path that is too long for its readings, whatever another rule allows", () => {
    const rules: Raw[] = [{ path: ["/a"], allow: "signed-in" }, { deny: true }];

    expect(decided(rules, { uri: "/a", identity: ada }).verdict).toBe("allow");
    expect(decided(rules, { uri: `/${"a".repeat(9_000)}`, identity: ada }).verdict).toBe("deny");
  });
});

describe("the query of /verify", () => {
  const listed = "allowed_groups=staff";
  const unlisted = "allowed_groups=board";
  const open: Raw[] = [{ allow: "public" }];
  const reason = "identity not listed in the query of /verify";

  it("keeps an allow for an identity that it lists", () => {
    expect(decided([], { identity: ada, query: listed })).toEqual({
      verdict: "allow",
      rule: "access",
    });
    expect(decided(open, { identity: ada, query: listed })).toMatchObject({ verdict: "allow" });
  });

  it("denies any other identity, and challenges a visitor without one, even on a public page", () => {
    const denied = { verdict: "deny", rule: "rules.0", reason, code: "query_not_listed" };

    expect(decided(open, { identity: ada, query: unlisted })).toEqual(denied);
    expect(decided(open, { identity: ada, query: `${listed}&${unlisted}` })).toEqual(denied);
    expect(decided(open, { query: listed })).toEqual({ verdict: "challenge", rule: "rules.0" });
    expect(decided([], { identity: ada, query: unlisted })).toEqual({ ...denied, rule: "access" });
  });

  it("never changes another decision", () => {
    const deny: Raw[] = [{ deny: true }];

    expect(decided(deny, { identity: ada, query: listed })).toEqual(
      decided(deny, { identity: ada }),
    );
    expect(decided(deny, { identity: ada, query: unlisted })).toEqual(
      decided(deny, { identity: ada }),
    );
    expect(decided(deny, { query: listed })).toEqual(decided(deny));
  });

  it.each([
    ["allowed_emails=ada@example.com", "allow"],
    ["allowed_emails=bob@example.com", "deny"],
    ["allowed_email_domains=example.com", "allow"],
    ["allowed_email_domains=example.org", "deny"],
    ["allowed_groups=staff&allowed_emails=bob@example.com", "deny"],
    ["allowed_groups=", "deny"],
  ])("%s: %s", (query, verdict) => {
    expect(decided([], { identity: ada, query }).verdict).toBe(verdict);
  });
});

describe("what decides a request whatever its identity", () => {
  const rules = compileRules([
    { host: ["app.example.com"], path: ["/a"], allow: "public" },
    { methods: ["POST"], deny: true },
    { path: ["/b/**"], allow: "signed-in" },
  ]);

  it("is the first rule that matches, or access", () => {
    expect(decidedBy(rules, factsOf("/a"))).toBe(rules[0]);
    expect(decidedBy(rules, factsOf("/b/c"))).toBe(rules[2]);
    expect(decidedBy(rules, factsOf("/c"))).toMatchObject({ name: "access", outcome: "access" });
  });

  it.each(["/a", "/b/c", "/c", "/d/e"])("decides on %s like the whole list", (uri) => {
    const all = rules.concat(compileRules([{ path: ["/d/**"], allow: { groups: ["none"] } }]));
    const decider = decidedBy(all, factsOf(uri));
    if (decider === undefined) throw new Error("a rule only may match");

    for (const identity of [undefined, ada, { ...ada, groups: [] }])
      for (const isPreflight of [false, true]) {
        const facts = factsOf(uri, { isPreflight });
        const visitor = { identity, now };
        const decision = decideBy(decider, access, facts, visitor);
        expect(decision).toEqual(decide(all, access, facts, visitor));
      }
  });

  it("is unknown if a rule only may match", () => {
    expect(decidedBy(rules, factsOf("/a", { method: "post" }))).toBe(rules[0]);
    expect(decidedBy(rules, factsOf("/b", { method: "post" }))).toBeUndefined();
    expect(decidedBy(rules, factsOf("/%62"))).toBeUndefined();
  });
});

describe("an identity", () => {
  const unlisted = { ...ada, groups: [] };
  const passes = (raw: readonly Raw[], identity: Identity = unlisted) =>
    couldPass(compileRules(raw), access, identity);

  it.each<[Raw]>([
    [{ allow: "signed-in" }],
    [{ allow: "signed-in", provider: ["google"] }],
    [{ allow: { subjects: ["ada"] }, path: ["/a"] }],
  ])("could pass by %j", (rule) => {
    expect(passes([{ deny: true }, rule])).toBe(true);
  });

  it.each<[Raw]>([
    [{ deny: true }],
    [{ maxAge: 1_000 }],
    [{ allow: "public" }],
    [{ allow: "signed-in", provider: ["partner"] }],
    [{ allow: { subjects: ["bob"] } }],
  ])("could not pass by %j", (rule) => {
    expect(passes([rule])).toBe(false);
    expect(passes([rule], ada)).toBe(true);
  });
});

describe("for a request whose URL is unknown", () => {
  const verdict = (raw: readonly Raw[], identity = ada, open: object = access) =>
    decide(rulesForAnyUrl(compileRules(raw)), open, factsOf("/"), { identity, now }).verdict;
  const unlisted = { ...ada, groups: [] };

  it("a rule for the provider alone decides", () => {
    const rules: Raw[] = [{ provider: ["google"], allow: "signed-in" }];

    expect(verdict(rules, unlisted)).toBe("allow");
    expect(verdict([{ provider: ["partner"], deny: true }])).toBe("allow");
    expect(verdict([{ provider: ["google"], deny: true }])).toBe("deny");
  });

  it("any other rule restricts, and grants nothing", () => {
    expect(verdict([{ path: ["/a"], allow: "signed-in" }], unlisted)).toBe("deny");
    expect(verdict([{ path: ["/a"], provider: ["google"], allow: "signed-in" }], unlisted)).toBe(
      "deny",
    );
    expect(verdict([{ path: ["/a"], deny: true }])).toBe("deny");
    expect(verdict([{ path: ["/a"], allow: { groups: ["board"] } }])).toBe("deny");
    expect(verdict([{ path: ["/a"], allow: { groups: ["staff"] } }])).toBe("allow");
  });

  it("a public rule grants nothing", () => {
    expect(verdict([{ allow: "public" }], unlisted)).toBe("deny");
    expect(verdict([{ provider: ["google"], allow: "public" }], unlisted)).toBe("deny");
  });
});

it("the condition that excludes a rule is the first that does not match", () => {
  const [rule] = compileRules([
    { host: ["app.example.com"], methods: ["POST"], path: ["/b"], allow: "public" },
  ]);
  if (rule === undefined) throw new Error("no rule");

  expect(failedCondition(rule, factsOf("/a"))?.name).toBe("methods");
  expect(failedCondition(rule, factsOf("/a", { method: "POST" }))?.name).toBe("path");
  expect(failedCondition(rule, factsOf("/b", { method: "POST" }))).toBeUndefined();
  expect(failedCondition(rule, factsOf("/b", { method: "post" }))).toBeUndefined();
});
