import { parseYAML } from "confbox";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide } from "../../../server/policy/policy.ts";
import { indexByHost } from "../../../server/policy/rule-index.ts";
import { compileRules } from "../../../server/policy/rules.ts";
import { checkConfig } from "../../../server/config/load.ts";
import { createSecret } from "../../../server/config/secret.ts";
import { forwardedRequest, isMalformed } from "../../../server/forwarded/forwarded-request.ts";
import { domainToFill } from "../../../server/tools/import/each-host.ts";
import { importTraefikForwardAuth } from "../../../server/tools/import/traefik-forward-auth.ts";
import { translateTraefikRule } from "../../../server/tools/import/traefik-rule.ts";

const least = [
  "providers.google.client-id = door",
  "providers.google.client-secret = s",
  "secret = the old secret",
  "auth-host = auth.example.com",
  "cookie-domain = example.com",
  "domain = example.com",
];

const surroundings = { service: undefined, environment: {}, readFile: () => undefined };

function imported(lines: readonly string[], name = "forward-auth.ini") {
  const { yaml, notes, problems } = importTraefikForwardAuth(
    [{ name, text: lines.join("\n") }],
    () => "",
    surroundings,
  );
  const config = yaml === undefined ? undefined : parseYAML<Record<string, unknown>>(yaml);
  const filled = yaml?.replace(domainToFill, "example.com");
  if (filled !== undefined)
    checkConfig("test", { ...parseYAML<object>(filled), secret: createSecret() }, {});
  return {
    yaml,
    config,
    notes: notes.map(({ kind, subject, message }) => `${kind}: ${subject}: ${message}`).join("\n"),
    problems: problems.map(({ place, message }) => `${place}: ${message}`),
  };
}

const rule = (name: string, action: string, written: string) => [
  `rule.${name}.action = ${action}`,
  `rule.${name}.rule = ${written}`,
];

describe("an imported traefik-forward-auth configuration", () => {
  it("has the same access, lifetime, header and port", () => {
    const { config, yaml, problems } = imported(least);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      url: "https://auth.example.com/_oauth",
      cookie: { domain: "example.com" },
      providers: { google: { clientId: "door", clientSecret: "s" } },
      access: { domains: ["example.com"] },
      session: { lifetime: "12h", idle: "12h" },
      headers: { "X-Forwarded-User": "email" },
      listen: { host: "0.0.0.0", port: 4181 },
    });
    expect(yaml).not.toContain("old secret");
  });

  it.each<[lines: string[], settings: Record<string, unknown>]>([
    [
      ["whitelist = ada@example.com,bob@example.com"],
      { access: { emails: ["ada@example.com", "bob@example.com"] } },
    ],
    [["whitelist = ada@example.com, bob@example.com"], { access: { emails: ["ada@example.com"] } }],
    [["whitelist = "], { access: { emails: [] } }],
    [
      ["whitelist = ada@example.com", "match-whitelist-or-domain = true"],
      { access: { emails: ["ada@example.com"], domains: ["example.com"] } },
    ],
    [
      ["lifetime = 3600", "url-path = /sso"],
      { session: { lifetime: "1h" }, url: "https://auth.example.com/sso" },
    ],
    [["logout-redirect = https://www.example.org/bye"], { allowedRedirects: ["www.example.org"] }],
    [
      [
        "default-action = allow",
        ...rule("a", "auth", "Host(`app.example.com`) && PathPrefix(`/admin/`)"),
      ],
      {
        rules: [
          { host: "app.example.com", path: "/admin/**", allow: { domains: ["example.com"] } },
          { allow: "public" },
        ],
      },
    ],
    [
      rule("p", "allow", "PathPrefix(`/public`)"),
      { rules: [{ path: "/public/**", allow: "public" }] },
    ],
    [
      rule("p", "allow", "Host:app.example.com,www.example.com;PathPrefix:/public/"),
      {
        rules: [
          { host: ["app.example.com", "www.example.com"], path: "/public/*/**", allow: "public" },
        ],
      },
    ],
    [
      rule(
        "p",
        "allow",
        '"Host(`a.example.com`) && (PathPrefix(`/x`) || PathPrefix(`/y`)) && Method(`get`, `HEAD`)"',
      ),
      {
        rules: [
          { host: "a.example.com", path: "/x/**", methods: ["GET", "HEAD"], allow: "public" },
          { host: "a.example.com", path: "/y/**", methods: ["GET", "HEAD"], allow: "public" },
        ],
      },
    ],
    [
      [
        ...rule("p", "allow", "PathPrefix(`/`)"),
        ...rule("q", "auth", "PathPrefix(`/admin/`)"),
        "rule.q.whitelist = root@example.com",
      ],
      {
        rules: [
          { path: "/admin/**", allow: { emails: ["root@example.com"] } },
          { path: "/**", allow: "public" },
        ],
      },
    ],
    [
      ["trusted-ip-networks = 203.0.113.0/24"],
      { rules: [{ ip: ["203.0.113.0/24"], allow: "public" }], trustedProxies: ["loopback"] },
    ],
    [
      [
        "default-provider = oidc",
        "providers.oidc.issuer-url = https://id.example.com",
        "providers.oidc.client-id = x",
        "providers.oidc.client-secret = y",
      ],
      {
        providers: { oidc: { issuer: "https://id.example.com", clientId: "x", clientSecret: "y" } },
      },
    ],
    [
      [
        "default-provider = oidc",
        "providers.oidc.issuer-url = https://kc.example.com/realms/staff",
        "providers.oidc.client-id = x",
        "providers.oidc.client-secret = y",
      ],
      {
        providers: {
          oidc: {
            type: "keycloak",
            issuer: "https://kc.example.com/realms/staff",
            clientId: "x",
            clientSecret: "y",
          },
        },
      },
    ],
    [
      [
        "default-provider = generic-oauth",
        "providers.generic-oauth.auth-url = https://github.com/login/oauth/authorize",
        "providers.generic-oauth.client-id = x",
      ],
      { providers: { github: { clientId: "x" } } },
    ],
  ])("%j becomes %j", (lines, settings) => {
    const { config, problems } = imported([...least, ...lines]);

    expect(problems).toEqual([]);
    expect(config).toMatchObject(settings);
  });

  it.each([
    "Path(`/health`)",
    "HostRegexp(`{sub:[a-z]+}.example.com`)",
    "!PathPrefix(`/private`)",
    "Headers(`X-Key`, `1`) && PathPrefix(`/a`)",
    "PathPrefix(`/{name:.*}`)",
    "Path(`/a`) && PathPrefix(`/a`)",
    "Host(`a`) &&",
  ])("does not open a route that a rule cannot express: %s", (written) => {
    const { config, notes, problems } = imported([...least, ...rule("p", "allow", written)]);

    expect(problems).toEqual([]);
    expect(config?.rules).toBeUndefined();
    expect(notes).toContain("to do: rule.p.rule: ");
  });

  it.each<[lines: string[], problem: RegExp]>([
    [
      ["default-action = allow", ...rule("a", "auth", "PathPrefix(`/admin`)")],
      /^forward-auth.ini:9: rule.a.rule: "PathPrefix\(`\/admin`\)" protects every path that starts with \/admin/,
    ],
    [
      ["rule.a.whitelist = root@example.com", ...rule("a", "auth", "!Host(`a.example.com`)")],
      /rule.a.rule: "!Host\(`a.example.com`\)" is malformed or contains a negation/,
    ],
    [
      [...rule("p", "allow", "PathPrefix(`/`)"), ...rule("a", "auth", "PathPrefix(`/admin`)")],
      /rule.a.rule: "PathPrefix\(`\/admin`\)" protects every path/,
    ],
    [["domian = example.org"], /^forward-auth.ini:7: domian: is unknown: did you mean domain\?$/],
    [["lifetime = soon"], /lifetime: "soon" is not a whole number of seconds/],
    [
      [
        "default-provider = generic-oauth",
        "providers.generic-oauth.client-id = x",
        "providers.generic-oauth.auth-url = https://id.example.com/a",
      ],
      /auth-url: .*providers.oidc/,
    ],
    [["rule.a.action = deny"], /rule.a.action: "deny" is unknown/],
    [
      ["whitelist = ada"],
      /access.emails.0: .*is not an email address: use one such as ada@example.com/,
    ],
  ])("%j is reported with its line, and gives no file", (lines, problem) => {
    const { yaml, problems } = imported([...least, ...lines]);

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  it.each<[string, string[], Record<string, unknown>]>([
    [
      "of a cookie domain",
      ["cookie-domain = example.com"],
      { hosts: ["example.com"], cookie: { domain: "example.com" } },
    ],
    [
      "that its rules name",
      ["rule.a.action = allow", "rule.a.rule = Host(`app.example.com`) && PathPrefix(`/public`)"],
      { hosts: ["app.example.com"] },
    ],
    ["to fill in", [], { hosts: [domainToFill] }],
  ])(
    "without an auth-host has a site at the host of each request, under the hosts %s",
    (_, lines, site) => {
      const bare = least.filter((line) => !/^(auth-host|cookie-domain)/.test(line));

      expect(imported([...bare, ...lines]).config).toMatchObject({
        url: "https://{host}/_oauth",
        ...site,
      });
    },
  );

  it("keeps the cookie domain of an auth-host with a port", () => {
    const lines = least.map((line) => line.replace("auth.example.com", "auth.example.com:8085"));

    expect(imported(lines).config).toMatchObject({
      url: "https://auth.example.com:8085/_oauth",
      cookie: { domain: "example.com" },
    });
  });

  it("says what a list leaves out, once, and refuses a list that is set in two ways", () => {
    const noted = imported([
      ...least,
      "whitelist = ada@example.com, bob@example.com",
      ...rule("p", "auth", "PathPrefix(`/p/`)"),
      ...rule("q", "auth", "PathPrefix(`/q/`)"),
    ]);
    const twice = importTraefikForwardAuth(
      [
        { name: "forward-auth.ini", text: least.join("\n") },
        { name: "forward-auth.env", text: "DOMAIN=example.org" },
      ],
      () => "",
      surroundings,
    );

    expect(noted.notes.match(/whitelist: " bob@example.com" matches no address/g)).toHaveLength(1);
    expect(noted.notes.match(/domain: "example.com" is ignored/g)).toHaveLength(1);
    expect(twice.problems).toEqual([
      {
        place: "forward-auth.ini:6",
        message: "domain: is also set at forward-auth.env:1: keep one of the two",
      },
    ]);
  });

  it("can come from variables or a compose file", () => {
    const variables = [
      "PROVIDERS_GOOGLE_CLIENT_ID=door",
      "DOMAIN=example.com",
      "AUTH_HOST=auth.example.com",
      "LIFETIME=60",
    ];
    const compose = [
      "services:",
      "  gate:",
      "    image: thomseddon/traefik-forward-auth:2",
      "    command: --rule.p.action=allow --rule.p.rule=PathPrefix(`/p`)",
      "    environment:",
      ...variables.map((line) => `      - ${line}`),
    ];

    const ofFile = imported(variables, "forward-auth.env");
    const ofCompose = imported(compose, "compose.yaml");

    const usual = { access: { domains: ["example.com"] }, session: { lifetime: "1m" } };
    expect([...ofFile.problems, ...ofCompose.problems]).toEqual([]);
    expect(ofFile.config).toMatchObject(usual);
    expect(ofCompose.config).toMatchObject({
      ...usual,
      rules: [{ path: "/p/**", allow: "public" }],
    });
  });
});

/** Whether Traefik's mux router matches a path. */
function matchesMux(name: string, value: string, path: string): boolean {
  return name === "Path" ? path === value : path.startsWith(value);
}

describe("a translated Traefik matcher", () => {
  const name = fc.constantFrom("Path", "PathPrefix");
  const value = fc.constantFrom("/", "/a", "/a/", "/a/b", "/a/b/");
  const uri = fc
    .array(fc.constantFrom("a", "b", "/", "/", ".", "..", "x"), { maxLength: 6 })
    .map((parts) => `/${parts.join("")}`);

  it("opens only paths that the original matches, and protects all of them", () => {
    const decided = (written: string, path: string, effect: "opens" | "closes") => {
      const translated = translateTraefikRule(written, effect);
      const request = forwardedRequest("GET", "https", "app.example.com", path);
      if ("lost" in translated || isMalformed(request)) return undefined;
      const outcome = effect === "opens" ? { allow: "public" as const } : { deny: true as const };
      const rules = compileRules(
        translated.conditions.map(({ path: one }) =>
          Object.assign({ path: [one].flat().map(String) }, outcome),
        ),
      );
      const given = { request, address: undefined, provider: undefined, isPreflight: false };
      return decide(indexByHost(rules)(request), undefined, given, { identity: undefined, now: 0 })
        .verdict;
    };

    const found = fc.check(
      fc.property(name, value, uri, (matcher, written, path) => {
        const source = `${matcher}(\`${written}\`)`;
        const isMatched = matchesMux(matcher, written, path);
        const closed = decided(source, path, "closes");
        return (
          (decided(source, path, "opens") !== "allow" || isMatched) &&
          (!isMatched || closed === undefined || closed === "deny")
        );
      }),
      { numRuns: 3_000 },
    );

    expect(found.failed ? fc.defaultReportMessage(found) : undefined).toBeUndefined();
  });
});
