import { describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { configOf } from "../peers/doorward.ts";

type Fields = Record<string, unknown>;

const build = { issuer: "https://ci.example", audiences: ["deploy"] };
const credentials = { clientId: "door", clientSecret: "hush" };

/** Where a configuration with these rules is faulty. */
function faultsOf(rules: Fields[], changes: Fields = {}): Record<string, string> {
  try {
    configOf({
      url: "https://auth.example.com",
      providers: { google: { clientId: "x" } },
      access: { anyone: true },
      rules,
      ...changes,
    });
    return {};
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.faults.map(({ path, message }) => [path, message]));
  }
}

const added = (...issuers: Fields[]) => [{ bearer: { issuers } }];

describe("a rule for programs", () => {
  it.each<[string, Fields[], Fields]>([
    ["tokens", [{ bearer: true }], {}],
    ["tokens of another issuer", added(build), {}],
    ["the issuer as a provider", [{ bearer: { issuers: [build] }, provider: build.issuer }], {}],
    [
      "tokens that are asked about",
      [{ bearer: { introspection: true, issuers: [{ ...build, ...credentials }] } }],
      {},
    ],
    ["passwords", [{ basic: true }], { users: "users" }],
    ["passwords by provider", [{ basic: true, provider: "users" }], { users: "users" }],
  ])("may take %s", (_, rules, changes) => {
    expect(faultsOf(rules, changes)).toEqual({});
  });

  it.each<[string, string, Fields[]]>([
    ["a switch that is off", "rules.0.bearer", [{ bearer: false, allow: "signed-in" }]],
    ["an unknown option", "rules.0.bearer.scope", [{ bearer: { scope: ["a"] } }]],
    [
      "an issuer without audience",
      "rules.0.bearer.issuers.0.audiences",
      added({ issuer: build.issuer }),
    ],
    [
      "an issuer with no audience",
      "rules.0.bearer.issuers.0.audiences",
      added({ ...build, audiences: [] }),
    ],
    [
      "an issuer over plain http",
      "rules.0.bearer.issuers.0.issuer",
      added({ ...build, issuer: "http://ci.example" }),
    ],
    [
      "a shared secret's algorithm",
      "rules.0.bearer.issuers.0.algorithms.0",
      added({ ...build, algorithms: ["HS256"] }),
    ],
    [
      "no signature",
      "rules.0.bearer.issuers.0.algorithms.0",
      added({ ...build, algorithms: ["none"] }),
    ],
    ["no algorithm", "rules.0.bearer.issuers.0.algorithms", added({ ...build, algorithms: [] })],
    [
      "a claim of a number that no token holds",
      "rules.0.bearer.issuers.0.claims.a",
      added({ ...build, claims: { a: Infinity } }),
    ],
    [
      "a claim of no value",
      "rules.0.bearer.issuers.0.claims.a",
      added({ ...build, claims: { a: [] } }),
    ],
    ["a scope with a quote", "rules.0.bearer.scopes.0", [{ bearer: { scopes: ['a"b'] } }]],
    ["two scopes in one", "rules.0.bearer.scopes.0", [{ bearer: { scopes: ["a b"] } }]],
    [
      "an issuer twice",
      "rules.0.bearer.issuers.1.issuer",
      added(build, { ...build, audiences: ["b"] }),
    ],
    [
      "a secret without its client",
      "rules.0.bearer.issuers.0.clientId",
      added({ ...build, clientSecret: "x" }),
    ],
    [
      "a client without its secret",
      "rules.0.bearer.issuers.0.clientSecret",
      added({ ...build, clientId: "x" }),
    ],
    [
      "a client that asks nothing",
      "rules.0.bearer.issuers.0.clientId",
      added({ ...build, ...credentials }),
    ],
    [
      "questions that nobody can ask",
      "rules.0.bearer.introspection",
      [{ bearer: { introspection: true } }],
    ],
    ["tokens where everybody is denied", "rules.0.deny", [{ bearer: true, deny: true }]],
    ["passwords without a file", "rules.0.basic", [{ basic: true }]],
    ["people of no file", "rules.0.provider", [{ provider: "users", allow: "signed-in" }]],
  ])("may not have %s", (_, path, rules) => {
    expect(Object.keys(faultsOf(rules))).toContain(path);
  });

  it("never shows a secret that is wrong", () => {
    const faults = faultsOf(added({ ...build, clientId: "x", clientSecret: 4711 }));

    expect(faults["rules.0.bearer.issuers.0.clientSecret"]).toBe("is not text");
  });
});

describe("a file of users", () => {
  it("that no rule asks is a slip", () => {
    expect(Object.keys(faultsOf([{ bearer: true }], { users: "users" }))).toEqual(["users"]);
    expect(Object.keys(faultsOf([], { users: "users" }))).toEqual(["users"]);
  });

  it("shares its name with no provider", () => {
    const providers = { users: { type: "google", clientId: "x" } };

    expect(Object.keys(faultsOf([{ basic: true }], { users: "users", providers }))).toEqual([
      "providers.users",
    ]);
  });
});
