import { describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { configOf } from "../peers/doorward.ts";

type Fields = Record<string, unknown>;

const ci = "https://ci.example.org";

function faultsOf(rules: Fields[], changes: Fields = {}): string[] {
  try {
    configOf({
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      providers: { google: { clientId: "x" } },
      access: { anyone: true },
      rules,
      ...changes,
    });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, message }) => `${path} ${message}`);
  }
}

const bearer = { metadata: true };
const host = "mcp.example.com";

describe("a rule with bearer.metadata", () => {
  it.each<[string, Fields]>([
    ["a host", { host }],
    ["a host in capitals", { host: "MCP.example.com" }],
    ["a host with a port", { host: `${host}:8443` }],
    ["everything under a path", { host, path: "/mcp/**" }],
    ["one segment under a path", { host, path: "/mcp/*" }],
    ["everything under the root", { host, path: "/**" }],
    ["the root", { host, path: "/" }],
    ["a path with a slash at its end", { host, path: "/mcp/" }],
    ["a longer path", { host, path: "/a/b-c/~d.e_f" }],
    ["an exact path", { host, exactPath: "/mcp" }],
    ["other conditions", { host, methods: "POST", ip: "203.0.113.0/24", query: "x" }],
    [
      "an issuer without audiences",
      { host, bearer: { metadata: true, issuers: [{ issuer: ci }] } },
    ],
  ])("may have %s", (_, rule) => {
    expect(faultsOf([{ bearer, ...rule }])).toEqual([]);
  });

  it.each<[string, Fields, RegExp]>([
    ["no host", {}, /^rules\.0\.host must be one host, because .* one rule for each$/],
    ["two hosts", { host: [host, "two.example.com"] }, /^rules\.0\.host must be one host/],
    ["a wildcard host", { host: "*.example.com" }, /^rules\.0\.host must be one host/],
    ["two paths", { host, path: ["/a", "/b"] }, /^rules\.0\.path must be one path/],
    ["two exact paths", { host, exactPath: ["/a", "/b"] }, /^rules\.0\.exactPath must be one path/],
    [
      "a path and an exact path",
      { host, path: "/a", exactPath: "/b" },
      /^rules\.0\.path must be one/,
    ],
    ["a wildcard within", { host, path: "/a/*/b" }, /^rules\.0\.path has a \* before its end/],
    ["two wildcards", { host, path: "/a/*/**" }, /^rules\.0\.path has a \* before its end/],
    ["an escape", { host, path: "/a%20b/**" }, /^rules\.0\.path contains "%", which is not exact/],
    ["an empty segment", { host, path: "/a//b" }, /^rules\.0\.path contains an empty segment/],
    [
      "an exact path with a slash",
      { host, exactPath: "/a/" },
      /^rules\.0\.exactPath ends with a slash/,
    ],
    [
      "the root as an exact path",
      { host, exactPath: "/" },
      /^rules\.0\.exactPath is the root, .*: use `path: \/`$/,
    ],
    [
      "ID tokens",
      { host, bearer: { metadata: true, idTokens: true } },
      /^rules\.0\.bearer\.idTokens cannot be combined with metadata/,
    ],
  ])("is refused with %s", (_, rule, fault) => {
    expect(faultsOf([{ bearer, ...rule }])).toEqual([expect.stringMatching(fault)]);
  });

  it("is refused if no provider of its site is an issuer", () => {
    const providers = { github: { clientId: "x", clientSecret: "s" }, google: { clientId: "x" } };
    const sites = [
      { url: "https://auth.example.com", cookie: { domain: "example.com" }, providers: ["github"] },
      { url: "https://auth.example.org", cookie: { domain: "example.org" } },
    ];
    const onlyGithub = { github: providers.github };
    const fault = /^rules\.0\.bearer\.metadata has no issuer to name.*: list the issuers/;

    expect(faultsOf([{ host, bearer }], { providers })).toEqual([]);
    expect(faultsOf([{ host, bearer }], { providers: onlyGithub })).toEqual([
      expect.stringMatching(fault),
    ]);
    const ofSites = { providers, url: undefined, cookie: undefined, sites };
    expect(faultsOf([{ host, bearer }], ofSites)).toEqual([expect.stringMatching(fault)]);
    expect(faultsOf([{ host: "mcp.example.org", bearer }], ofSites)).toEqual([]);
  });

  it("shares its resource with rules of the same issuers only", () => {
    const first = { host, path: "/mcp/**", methods: "GET", bearer };
    const issuers = [{ issuer: ci }];

    expect(
      faultsOf([first, { host, path: "/mcp", bearer: { metadata: true, scopes: ["w"] } }]),
    ).toEqual([]);
    expect(
      faultsOf([first, { host, path: "/mcp/*", bearer: { metadata: true, issuers } }]),
    ).toEqual([
      expect.stringMatching(
        /^rules\.1\.bearer\.metadata describes mcp\.example\.com\/mcp, as rules\.0 does with other issuers: use/,
      ),
    ]);
  });

  it.each([
    ["https://auth.example.com", "example.com", "443", "80"],
    ["http://auth.dev.localhost", "dev.localhost", "80", "443"],
  ])(
    "shares its resource with a rule that writes the usual port, at %s",
    (url, domain, usual, other) => {
      const rules = (port: string) => [
        { host: `mcp.${domain}`, bearer },
        { host: `mcp.${domain}:${port}`, bearer: { metadata: true, issuers: [{ issuer: ci }] } },
      ];
      const site = { url, cookie: { domain } };
      const ofSites = { url: undefined, cookie: undefined, sites: [site] };

      for (const changes of [site, ofSites]) {
        expect(faultsOf(rules(usual), changes)).toEqual([
          expect.stringContaining(
            `rules.1.bearer.metadata describes mcp.${domain}, as rules.0 does`,
          ),
        ]);
        expect(faultsOf(rules(other), changes)).toEqual([]);
      }
    },
  );
});

it("an issuer without audiences is refused if the rule has no metadata", () => {
  expect(faultsOf([{ bearer: { issuers: [{ issuer: ci }] } }])).toEqual([
    expect.stringMatching(
      /^rules\.0\.bearer\.issuers\.0\.audiences is missing: list the audiences/,
    ),
  ]);
});
