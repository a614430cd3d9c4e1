import { describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { configOf } from "../peers/doorward.ts";

function load(settings: object) {
  return configOf({
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: { google: { clientId: "x" } },
    trustedProxies: ["127.0.0.1"],
    access: { anyone: true },
    ...settings,
  });
}

/** The faults of a configuration, each with its place. */
function faultsOf(settings: object): string[] {
  try {
    load(settings);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, message }) => `${path} ${message}`);
  }
}

const rule = (settings: object) => ({ rules: [{ allow: "signed-in", ...settings }] });
const bearer = (settings: object) => rule({ bearer: settings });
const issuer = { issuer: "https://tokens.example.com", audiences: ["door"] };

describe("a setting of a rule or of access is refused at its place", () => {
  it.each<[object, string]>([
    [
      { access: { domains: ["*"] } },
      'access.domains.0 "*" matches every domain: use `verified: true`',
    ],
    [{ access: { domains: ["@example.com"] } }, '"@example.com" starts with @ or a dot: use'],
    [{ access: { domains: [".example.com"] } }, '".example.com" starts with @ or a dot: use'],
    [{ access: { domains: ["*.*.com"] } }, 'access.domains.0 "*.*.com" is not a domain: use'],
    [{ access: { domains: ["a@example.com"] } }, '"a@example.com" is not a domain: use'],
    [{ access: { emails: ["ada"] } }, 'access.emails.0 "ada" is not an email address: use'],
    [{ access: { all: [{}] } }, "access.all.0 {} matches no identity: add one of domains, emails"],
    [{ access: { all: [] } }, "access.all [] is empty: add an entry, or remove it"],
    [rule({ methods: ["get"] }), 'rules.0.methods.0 "get" is not a method: use capital letters'],
    [rule({ methods: ["GETx"] }), '"GETx" is not a method'],
    [rule({ methods: ["xGET"] }), '"xGET" is not a method'],
    [rule({ methods: ["-GET"] }), '"-GET" is not a method'],
    [rule({ methods: ["G".repeat(33)] }), "is not a method"],
    [rule({ acr: "a b" }), 'rules.0.acr "a b" is not an acr value: use one value without spaces'],
    [rule({ acr: ["a", " b"] }), '" b" is not an acr value'],
    [rule({ acr: ["b "] }), '"b " is not an acr value'],
    [rule({ acr: Array(11).fill("a") }), "has more than 10 values: keep at most 10"],
    [bearer({ scopes: ["a b"] }), 'rules.0.bearer.scopes.0 "a b" is not a scope: use one name'],
    [bearer({ scopes: ['a"'] }), "is not a scope"],
    [bearer({ scopes: ["\\a"] }), "is not a scope"],
    [bearer({ scopes: [""] }), "is not a scope"],
    [bearer({ scopes: ["é"] }), "is not a scope"],
    [
      bearer({ issuers: [{ ...issuer, audiences: [] }] }),
      "rules.0.bearer.issuers.0.audiences [] is empty, so no token could pass: add a value",
    ],
    [
      bearer({ issuers: [{ ...issuer, algorithms: [] }] }),
      "rules.0.bearer.issuers.0.algorithms [] is empty, so no token could pass: add a value",
    ],
    [
      bearer({ issuers: [{ ...issuer, claims: { a: [] } }] }),
      "rules.0.bearer.issuers.0.claims.a [] is empty, so no token could pass: add a value",
    ],
    [bearer({ issuers: [{ ...issuer, algorithms: ["HS256"] }] }), "algorithms.0"],
  ])("%#: %j", (settings, fault) => {
    const faults = faultsOf(settings);

    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });
});

describe("a setting of a rule or of access is read", () => {
  it("as identities are compared", () => {
    const { access } = load({
      access: { domains: ["Example.COM", "*.Example.org"], emails: ["Ada@Example.com"] },
    });

    expect(access).toEqual({
      domains: ["example.com", "*.example.org"],
      emails: ["ada@example.com"],
    });
  });

  it("as a list, whether one value or several are written", () => {
    const { rules } = load(rule({ methods: "M-SEARCH", acr: "silver", query: ["a", "b=1"] }));

    expect(rules).toEqual([
      { allow: "signed-in", methods: ["M-SEARCH"], acr: ["silver"], query: ["a", "b=1"] },
    ]);
  });

  it("with every kind of scope and safe defaults for tokens", () => {
    const scopes = ["a", "ab:c/d", "!#[]~"];
    const { rules } = load(bearer({ scopes, issuers: [issuer] }));

    expect(rules[0]?.bearer).toMatchObject({
      idTokens: false,
      introspection: false,
      scopes,
      issuers: [{ scopes: [], claims: {}, trustEmail: false, groupsClaim: "groups" }],
    });
    expect(load(rule({ bearer: true })).rules[0]?.bearer).toEqual({
      idTokens: false,
      introspection: false,
      scopes: [],
      issuers: [],
      metadata: false,
    });
  });

  it("with ten values of acr and thirty-two letters of a method", () => {
    const settings = { acr: Array(10).fill("a"), methods: ["G".repeat(32)] };

    expect(faultsOf(rule(settings))).toEqual([]);
  });
});
