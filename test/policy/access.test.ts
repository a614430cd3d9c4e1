import { describe, expect, it } from "vitest";
import type { Identity } from "../../server/identity/identity.ts";
import { isListed } from "../../server/policy/access.ts";
import type { Access, RuleAccess } from "../../server/policy/access-schema.ts";
import { readNarrowings } from "../../server/policy/narrowing.ts";
import { configOf } from "../peers/doorward.ts";

const ada: Identity = {
  issuer: "https://id.example.com",
  subject: "ada",
  email: "ada@eu.example.com",
  groups: ["staff", "ops"],
  name: undefined,
  preferredUsername: undefined,
  provider: "google",
  claims: { department: "eng", level: 3, roles: ["writer", "reader"], nested: { team: "a" } },
};
const withoutEmail: Identity = { ...ada, email: undefined };

/** As the schema reads it for a rule. */
function ruleAccess(allow: object): RuleAccess {
  const [rule] = configOf({
    url: "https://auth.example.com",
    providers: { google: { clientId: "x" } },
    access: { anyone: true },
    rules: [{ allow }],
  }).rules;
  if (typeof rule?.allow !== "object") throw new Error("no access");
  return rule.allow;
}

describe("a list of those who have access", () => {
  it.each<[Access]>([
    [{ anyone: true }],
    [{ anyone: true, emails: ["bob@example.com"] }],
    [{ subjects: ["ada"] }],
    [{ subjects: ["bob", "ada"] }],
    [{ emails: ["bob@example.com", "ada@eu.example.com"] }],
    [{ domains: ["eu.example.com"] }],
    [{ verified: true }],
    [{ all: [{ verified: true }, { groups: ["ops"] }] }],
    [{ domains: ["example.org", "*.example.com"] }],
    [{ groups: ["board", "ops"] }],
    [{ groups: ["board"], subjects: ["ada"] }],
    [{ all: [{ groups: ["ops"] }] }],
    [{ all: [{ groups: ["ops"] }, { domains: ["*.example.com"], subjects: ["bob"] }] }],
  ])("%j names the identity", (access) => {
    expect(isListed(access, ada)).toBe(true);
  });

  it.each<[Access | undefined]>([
    [undefined],
    [{}],
    [{ anyone: false }],
    [{ all: [{ verified: true }, { groups: ["board"] }] }],
    [{ anyone: undefined }],
    [{ subjects: [] }],
    [{ subjects: ["Ada"] }],
    [{ emails: [] }],
    [{ emails: ["bob@example.com"] }],
    [{ domains: [] }],
    [{ domains: ["example.com"] }],
    [{ domains: ["*.eu.example.com"] }],
    [{ domains: ["*.xample.com"] }],
    [{ domains: ["*.example.co", "*.example.org"] }],
    [{ domains: ["u.example.com"] }],
    [{ groups: [] }],
    [{ groups: ["Staff", "staf"] }],
    [{ all: [] }],
    [{ all: [{}] }],
    [{ all: [{ groups: ["ops"] }, { subjects: ["bob"] }] }],
  ])("%j does not", (access) => {
    expect(isListed(access, ada)).toBe(false);
  });

  it.each<[Access]>([
    [{ emails: ["ada@eu.example.com"] }],
    [{ domains: ["eu.example.com", "*.example.com", ""] }],
    [{ all: [{ groups: ["ops"] }, { emails: ["undefined"] }] }],
  ])("%j does not name an identity without an email address", (access) => {
    expect(isListed(access, withoutEmail)).toBe(false);
  });

  it.each([
    { claims: { department: "eng" } },
    { claims: { department: ["law", "eng"] } },
    { claims: { department: "eng", level: 3 } },
    { claims: { roles: "reader" } },
    { claims: { "nested.team": "a" } },
    { all: [{ claims: { level: 3 } }, { groups: ["ops"] }] },
  ])("%j names the identity by its claims", (allow) => {
    expect(isListed(ruleAccess(allow), ada)).toBe(true);
  });

  it.each([
    { claims: {} },
    { claims: { department: "law" } },
    { claims: { department: "eng", level: "3" } },
    { claims: { department: "eng", level: 4 } },
    { claims: { roles: "admin" } },
    { claims: { roles: [] } },
    { claims: { missing: "undefined" } },
    { all: [{ claims: { level: 3 } }, { claims: { level: 4 } }] },
  ])("%j does not", (allow) => {
    expect(isListed(ruleAccess(allow), ada)).toBe(false);
  });

  it("cannot name anyone at one rule", () => {
    expect(() => ruleAccess({ anyone: true })).toThrow("rules.0.allow.anyone");
  });
});

describe("the narrowing parameters in the query of /verify", () => {
  const groups = (...list: string[]) => ({
    groups: list,
    emails: undefined,
    emailDomains: undefined,
  });

  it.each<[string, object[]]>([
    ["", []],
    ["a=b&Allowed_groups=x&allowed=y&constructor=z&__proto__=z", []],
    ["allowed_groups=staff", [groups("staff")]],
    ["allowed_groups=Staff,%20ops%20,,", [groups("Staff", "ops")]],
    ["allowed_groups=", [groups()]],
    ["allowed_groups=%20,%20", [groups()]],
    ["allowed_groups", [groups()]],
    ["allowed_groups=a&x=y&allowed_groups=b", [groups("a"), groups("b")]],
    [
      "allowed_emails=Ada@Example.COM,nonsense",
      [{ groups: undefined, emails: ["ada@example.com", "nonsense"], emailDomains: undefined }],
    ],
    [
      "allowed_email_domains=Example.COM",
      [{ groups: undefined, emails: undefined, emailDomains: ["example.com"] }],
    ],
  ])("%j", (query, narrowings) => {
    expect(readNarrowings(query)).toEqual(narrowings);
  });
});
