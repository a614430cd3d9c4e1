import { describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { configOf } from "../peers/doorward.ts";

type Fields = Record<string, unknown>;

const build = { issuer: "https://ci.example", audiences: ["deploy"] };
const credentials = { clientId: "door", clientSecret: "hush" };

/** The faults of a configuration with these rules, by path. */
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

describe("a rule with bearer or basic", () => {
  it.each<[string, Fields[], Fields]>([
    ["tokens", [{ bearer: true }], {}],
    ["tokens of another issuer", added(build), {}],
    ["the issuer as a provider", [{ bearer: { issuers: [build] }, provider: build.issuer }], {}],
    [
      "introspected tokens",
      [{ bearer: { introspection: true, issuers: [{ ...build, ...credentials }] } }],
      {},
    ],
    ["passwords", [{ basic: true }], { users: "users" }],
    ["passwords by provider", [{ basic: true, provider: "users" }], { users: "users" }],
  ])("may accept %s", (_, rules, changes) => {
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
      "a claim of an infinite number",
      "rules.0.bearer.issuers.0.claims.a",
      added({ ...build, claims: { a: Infinity } }),
    ],
    [
      "a claim without values",
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
      "a client without introspection",
      "rules.0.bearer.issuers.0.clientId",
      added({ ...build, ...credentials }),
    ],
    [
      "introspection without a client",
      "rules.0.bearer.introspection",
      [{ bearer: { introspection: true } }],
    ],
    ["tokens with deny", "rules.0.deny", [{ bearer: true, deny: true }]],
    ["passwords without a file", "rules.0.basic", [{ basic: true }]],
    [
      "the provider users without a file",
      "rules.0.provider",
      [{ provider: "users", allow: "signed-in" }],
    ],
  ])("may not have %s", (_, path, rules) => {
    expect(Object.keys(faultsOf(rules))).toContain(path);
  });

  it("does not show an invalid secret", () => {
    const faults = faultsOf(added({ ...build, clientId: "x", clientSecret: 4711 }));

    expect(faults["rules.0.bearer.issuers.0.clientSecret"]).toBe("is not text: put it in quotes");
  });
});

describe("a file of users", () => {
  it("is a fault if no rule uses it", () => {
    expect(Object.keys(faultsOf([{ bearer: true }], { users: "users" }))).toEqual(["users"]);
    expect(Object.keys(faultsOf([], { users: "users" }))).toEqual(["users"]);
  });

  it("reserves the provider name users", () => {
    const providers = { users: { type: "google", clientId: "x" } };

    expect(Object.keys(faultsOf([{ basic: true }], { users: "users", providers }))).toEqual([
      "providers.users",
    ]);
  });
});
