import { describe, expect, it } from "vitest";
import { imported, least } from "./importing.ts";

describe("an import of oauth2-proxy reads", () => {
  const compose = `
services:
  oauth2-proxy:
    image: quay.io/oauth2-proxy/oauth2-proxy:v7.6.0
    command: --cookie-expire=12h --skip-auth-preflight --whitelist-domain=.example.com --whitelist-domain .example.org
    environment:
      OAUTH2_PROXY_CLIENT_ID: door
      OAUTH2_PROXY_CLIENT_SECRET: \${CLIENT_SECRET}
      OAUTH2_PROXY_REDIRECT_URL: https://auth.example.com/oauth2/callback
      OAUTH2_PROXY_EMAIL_DOMAINS: example.com,example.org
      OAUTH2_PROXY_SKIP_AUTH_ROUTES: ^/a/?$$
      OAUTH2_PROXY_COOKIE_EXPIRE: 1h
  app: { image: app }
`;
  const variables = [
    "OAUTH2_PROXY_CLIENT_ID=door",
    "export OAUTH2_PROXY_CLIENT_SECRET='s e c'",
    "OTHER=1",
    "",
    "OAUTH2_PROXY_REDIRECT_URL=https://auth.example.com/oauth2/callback # public",
    "OAUTH2_PROXY_EMAIL_DOMAINS=example.com,example.org",
  ];

  it("a file of variables", () => {
    const { config, problems } = imported(variables, { name: "oauth2-proxy.env" });

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      access: { domains: ["example.com", "example.org"] },
      providers: { google: { clientSecret: "s e c" } },
      url: "https://auth.example.com/oauth2",
    });
  });

  it("a compose file, in which a flag overrides a variable", () => {
    const { config, notes, problems } = imported(compose, { name: "compose.yaml" });

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      session: { lifetime: "12h" },
      allowedRedirects: [".example.com", ".example.org"],
      rules: [{ path: "/a", allow: "public" }, { preflight: "allow" }],
      access: { domains: ["example.com", "example.org"] },
    });
    expect(notes.join("\n")).toMatch(
      /CLIENT_SECRET: its value comes from compose: set DOORWARD_PROVIDERS/,
    );
    expect(notes.join("\n")).toContain("OAUTH2_PROXY_COOKIE_EXPIRE at compose.yaml:12");
  });

  it("the environment of a compose file as a list", () => {
    const list = `services: { gate: { environment: [${variables
      .slice(0, 1)
      .concat(variables.slice(4))
      .filter((line) => line !== "")
      .map((line) => JSON.stringify(line.replace(/ #.*/, "").replace("export ", "")))
      .join(", ")}] } }`;

    const { config, problems } = imported(list, { name: "docker-compose.yml" });

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ access: { domains: ["example.com", "example.org"] } });
  });

  it("an alpha configuration together with the second file", () => {
    const alpha = `
upstreamConfig: { upstreams: [{ id: app, path: /, uri: http://127.0.0.1:8080 }] }
injectRequestHeaders:
  - { name: X-Forwarded-Email, values: [{ claim: email }] }
  - { name: Authorization, values: [{ claim: id_token, prefix: "Bearer " }] }
  - { name: X-Static, values: [{ value: YWJj }] }
injectResponseHeaders:
  - { name: X-Auth-Request-User, values: [{ claim: user }] }
  - { name: X-Department, values: [{ claim: department }] }
server: { BindAddress: 127.0.0.1:4180 }
providers:
  - id: oidc
    provider: oidc
    clientID: door
    clientSecret: s
    allowedGroups: [ops]
    oidcConfig: { issuerURL: https://id.example.com, emailClaim: email, insecureSkipNonce: false }
    loginURLParameters: [{ name: prompt, default: [login] }]
`;
    const other = {
      name: "oauth2-proxy.cfg",
      text: 'email_domains = "example.com"\nredirect_url = "https://auth.example.com/oauth2/callback"',
    };

    const alone = imported(alpha, { name: "alpha.yaml" });
    const { config, notes, problems } = imported(alpha, { name: "alpha.yaml", more: [other] });

    expect(alone.problems).toEqual([expect.stringContaining("name that file too")]);
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      providers: {
        oidc: { issuer: "https://id.example.com", authorization: { prompt: "login" } },
      },
      access: { all: [{ domains: ["example.com"] }, { groups: ["ops"] }] },
      headers: {
        "X-Forwarded-Email": "email",
        Authorization: "Bearer idToken",
        "X-Auth-Request-User": "subject",
        "X-Department": "claims.department",
      },
    });
    expect(notes.join("\n")).toMatch(/X-Static is not a single claim/);
    expect(notes.join("\n")).toMatch(/to do: upstreamConfig/);
  });

  it("multi-line TOML with a repeated option", () => {
    const lines = [
      ...least.slice(0, 3),
      "email_domains = [",
      '  "example.com", # ours',
      '  "example.org"',
      "]",
      'email_domains = ["example.net"]',
      'banner = """',
      "provider = x",
      '"""',
    ];

    const { config, problems } = imported(lines);

    expect(problems).toEqual([]);
    expect(config?.access).toEqual({ domains: ["example.com", "example.org", "example.net"] });
  });
});
