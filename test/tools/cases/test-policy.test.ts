import { describe, expect, it } from "vitest";
import { fault, tested } from "./cases.ts";

const passed = { lines: ["1 case, all as expected"], isPassed: true };

describe("a file of cases", () => {
  it.each([
    "url: https://app.example.com/public/x, expect: allow, rule: rules.0",
    "url: https://app.example.com/public/x, method: POST, expect: challenge, rule: access",
    "url: https://app.example.com/public/..%2fx, expect: challenge, rule: access",
    "url: https://app.example.com/, email: Ada@Example.com, expect: allow, rule: access",
    "url: https://app.example.com/, email: ada@example.org, expect: deny, rule: access",
    "url: https://grafana.example.com, groups: ops, expect: allow, rule: rules.1",
    "url: https://grafana.example.com, groups: [dev, ops], expect: allow",
    "url: https://grafana.example.com, groups: [], expect: deny",
    "url: https://grafana.example.com, subject: '4711', expect: deny",
    "url: https://grafana.example.com, provider: github, expect: deny",
    "url: https://hr.example.com, claims: { sub: a, department: hr }, expect: allow, rule: rules.2",
    "url: https://hr.example.com, claims: { department: hr }, subject: a, expect: allow",
    "url: https://hr.example.com, claims: { department: hr }, subject: a, provider: github, expect: allow",
    "url: https://app.example.com, claims: { sub: a, email: a@example.com }, expect: deny",
    "url: https://app.example.com, claims: { sub: a, email: a@example.com, email_verified: true }, expect: allow",
    "url: https://office.example.com, address: 203.0.113.7, expect: allow, rule: rules.3",
    "url: https://office.example.com, address: 203.0.114.7, expect: challenge",
    "url: https://office.example.com, address: 10.0.0.7, expect: challenge, rule: access",
    "url: https://files.example.com, subject: ada, provider: users, expect: allow, rule: rules.4",
    "url: https://app.example.com, subject: ada, provider: users, expect: challenge, rule: access",
    "url: https://pay.example.com, email: ada@example.com, expect: challenge, rule: rules.5",
    "url: https://elsewhere.example, email: ada@example.com, expect: deny",
    // A browser gets a page there, because no sign-in could lead back.
    "url: http://app.example.com/, expect: deny, rule: access",
    "url: https://app.example.com:8443/, expect: deny, rule: access",
    "url: https://auth.example.com/start, expect: deny, rule: access",
  ])("passes with a case that is as the configuration decides: %s", async (written) => {
    expect(await tested(`cases:\n  - { ${written} }\n`)).toEqual(passed);
  });

  it("can be JSON", async () => {
    const cases = [{ url: "https://app.example.com/public/x", expect: "allow" }];

    expect(await tested(JSON.stringify({ cases }), undefined, "cases.json")).toEqual(passed);
  });

  it("fails with the line, the person, the rule that decided, and why", async () => {
    const text = `cases:
  - url: https://grafana.example.com/d/1
    email: bob@example.com
    groups: [staff]
    expect: allow
    rule: rules.1
  - { url: "https://app.example.com/public/..%2fx", address: 203.0.113.7, expect: allow, rule: rules.0 }
  - { url: "https://elsewhere.example/", expect: challenge }
  - { url: "https://hr.example.com/", claims: { sub: a }, expect: challenge }
  - { url: "https://app.example.com/", expect: challenge }
`;

    expect(await tested(text)).toEqual({
      lines: [
        "FAIL cases.yaml:2: GET https://grafana.example.com/d/1 (bob@example.com, groups [staff], signed in by company)",
        "     expected allow by rules.1, and it is deny by rules.1: identity not listed in allow/access",
        "FAIL cases.yaml:7: GET https://app.example.com/public/..%2fx from 203.0.113.7 (not signed in)",
        "     expected allow by rules.0, and it is challenge by access",
        "     rules.0 does not match: servers read this path in several ways, so it is never public",
        "FAIL cases.yaml:8: GET https://elsewhere.example/ (not signed in)",
        "     expected challenge, and it is deny by no site: set cookie.domain (or hosts, if url has {host}), or give the host a site",
        "FAIL cases.yaml:9: GET https://hr.example.com/ (a, groups [], signed in by company)",
        "     expected challenge, and it is deny by rules.2: identity not listed in allow/access",
        "     department is absent, and none of the listed values (string)",
        "5 cases, 4 not as expected",
      ],
      isPassed: false,
    });
  });

  it("fails if the expected decision comes from another rule", async () => {
    const text = `cases: [{ url: "https://grafana.example.com/", groups: [dev], expect: deny, rule: access }]`;

    expect(await tested(text)).toEqual({
      lines: [
        "FAIL cases.yaml:1: GET https://grafana.example.com/ (no email or subject given, groups [dev], signed in by company)",
        "     expected deny by access, and it is deny by rules.1: identity not listed in allow/access",
        "1 case, 1 not as expected",
      ],
      isPassed: false,
    });
  });
});

describe("faults of a file of cases", () => {
  it("are reported all at once, with line, value and fix", async () => {
    const text = `cases:
  - { url: "https://app.example.com/a#x", expct: allow }
  - { url: "https://bücher.example.com/", expect: alow, subject: 12 }
  - url: /x
    method: GE T
    address: example.com
    email: ada
    groups: 3
    expect: deny
    rule: rules.01
  - url: https://app.example.com/
    provider: compny
    expect: deny
    rule: rules.6
  - { url: "https://app.example.com/", provider: users, email: a@example.com, expect: deny }
  - { url: "https://app.example.com/", email: a@example.com, claims: { email_verified: false }, expect: deny }
extra: 1
`;

    expect((await fault(text)).split("\n")).toEqual([
      "cases.yaml is invalid:",
      "  cases.yaml:2: cases.0.expct: is unknown: did you mean expect?",
      "  cases.yaml:17: extra: is unknown; available: cases",
      '  cases.yaml:2: cases.0.url: "https://app.example.com/a#x" rejected before any rule: the URI is not a path',
      "  cases.yaml:2: cases.0.expect: is missing",
      '  cases.yaml:3: cases.1.url: "https://bücher.example.com/" the URL has a host name that is not in ASCII: write xn--bcher-kva.example.com',
      "  cases.yaml:3: cases.1.subject: 12 is not text: put it in quotes",
      '  cases.yaml:3: cases.1.expect: "alow" is not one of allow, challenge, deny: did you mean allow?',
      '  cases.yaml:4: cases.2.url: "/x" the URL is not absolute: write https://host/path',
      '  cases.yaml:5: cases.2.method: "GE T" is not a method: use one such as GET or POST',
      '  cases.yaml:6: cases.2.address: "example.com" is not an address: use one such as 203.0.113.7',
      '  cases.yaml:7: cases.2.email: "ada" is not an email address: use one such as ada@example.com',
      "  cases.yaml:8: cases.2.groups: 3 is not text: put it in quotes",
      '  cases.yaml:10: cases.2.rule: "rules.01" is not the name of a rule: use one such as rules.0, as explain prints it, or access',
      '  cases.yaml:12: cases.3.provider: "compny" is unknown: did you mean company?',
      '  cases.yaml:14: cases.3.rule: "rules.6" is not in the configuration: it has rules.0 to rules.5, and access',
      "  cases.yaml:15: cases.4: a user of the password file has only a name: use only subject",
      "  cases.yaml:16: cases.5.claims.email_verified: cannot be combined with email: write the person in one of both ways",
    ]);
  });

  it.each<[string, string, string?]>([
    ["", "contains no cases"],
    ["# nothing", "contains no cases"],
    ["cases:", "cases: null is not a list"],
    ["cases: []", "cases.yaml:1: cases: [] is empty, so it tests nothing"],
    ["cases: { url: x }", "is not a list"],
    ["- url: https://app.example.com/", "contains no cases: write `cases: [ … ]`"],
    ["cases: [", "cases.yaml:1: cannot be read"],
    ["cases: []\n---\ncases: []", "contains several documents (---): use one"],
    ["cases = []", "has an unknown format", "cases.toml"],
    [
      "cases: [{ url: 'https://app.example.com/', claims: { a: 1 }, expect: deny }]",
      "contains no subject",
    ],
    [
      "cases: [{ url: 'https://app.example.com/', provider: github, claims: { sub: a }, expect: deny }]",
      "cases.yaml:1: cases.0: claims is for providers of OpenID Connect, and github is not one",
    ],
  ])("include %j: %s", async (text, message, name) => {
    const found = await fault(text, name);

    expect(found).toContain(message);
  });
});
