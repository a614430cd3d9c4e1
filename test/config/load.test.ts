import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { checkConfig, loadConfig } from "../../server/config/load.ts";
import { createSecret } from "../../server/config/secret.ts";

const secret = createSecret();
const good = {
  url: "https://auth.example.com",
  secret,
  providers: { google: { clientId: "id", clientSecret: "shh" } },
  access: { domains: ["example.com"] },
};

/** The faults of a configuration. */
function faultsOf(file: Record<string, unknown>, environment: Record<string, string> = {}) {
  try {
    checkConfig("doorward.yaml", file, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

const paths = (file: Record<string, unknown>, environment = {}) =>
  faultsOf(file, environment).map(({ path }) => path);

describe("a configuration", () => {
  it("requires four settings and has safe defaults for the rest", () => {
    expect(checkConfig("doorward.yaml", good, {})).toMatchObject({
      cookie: {},
      secret: [secret],
      session: { lifetime: 604_800_000, idle: 86_400_000, refresh: 3_600_000 },
      storage: { driver: "fs-lite" },
      trustedProxies: ["loopback", "private"],
      allowedRedirects: [],
      listen: { host: "127.0.0.1", port: 4180 },
    });
  });

  it("reports all missing settings at once, each with an example", () => {
    expect(Object.fromEntries(faultsOf({}).map(({ path, message }) => [path, message]))).toEqual({
      url: expect.stringContaining("https://"),
      secret: expect.stringContaining("doorward secret"),
      providers: expect.stringContaining("clientId"),
      access: expect.stringContaining("anyone: true"),
    });
  });

  it("reports every fault at once, each with its path and the invalid value", () => {
    const faults = faultsOf({
      ...good,
      url: "http://auth.example.com",
      sesion: {},
      session: { lifetime: "7 days", idle: 5 },
      listen: { port: "http" },
      trustedProxies: ["10.0.0.0/8", "everyone"],
    });

    expect(faults.map(({ path }) => path).toSorted()).toEqual([
      "listen.port",
      "sesion",
      "session.idle",
      "session.lifetime",
      "trustedProxies.1",
      "url",
    ]);
    expect(faults.find(({ path }) => path === "session.lifetime")?.message).toContain('"7 days"');
  });

  it("never prints a secret, whatever its place", () => {
    const leak = "hunter2hunter2hunter2";
    const file = {
      ...good,
      secret: leak,
      providers: { google: { clientId: "id", clientSecret: [leak] } },
    };

    expect(() => checkConfig("doorward.yaml", file, {})).toThrow(ConfigError);
    expect(JSON.stringify(faultsOf(file))).not.toContain(leak);
    expect(JSON.stringify(faultsOf(good, { DOORWARD_SECRET: leak }))).not.toContain(leak);
  });
});

describe("an invalid value", () => {
  const faulty: [string, Record<string, unknown>][] = [
    ["url", { url: "auth.example.com" }],
    ["url", { url: "ftp://auth.example.com" }],
    ["url", { url: "http://auth.example.com" }],
    ["url", { url: "https://auth.example.com/?a=b" }],
    ["url", { url: "https://auth.example.com/#" }],
    ["url", { url: "https://me:pw@auth.example.com" }],
    ["cookie.domain", { cookie: { domain: "example.org" } }],
    ["cookie.domain", { cookie: { domain: "com" } }],
    ["cookie.domain", { url: "https://auth.example.co.uk", cookie: { domain: "co.uk" } }],
    ["cookie.domain", { url: "https://me.github.io", cookie: { domain: "github.io" } }],
    ["cookie.domain", { cookie: { domain: "th.example.com" } }],
    ["cookie.domain", { cookie: { domain: "https://example.com" } }],
    ["secret", { secret: "too short" }],
    ["secret", { secret: "replace-this-with-what-doorward-secret-prints" }],
    ["secret", { secret: "0".repeat(64) }],
    ["secret", { secret: "OQINaROshtE9TcZkNAm-5Zs2Pv3xaWytBmc5W7sPX7w=" }],
    ["secret.1", { secret: [secret, "x"] }],
    ["secret", { secret: [] }],
    ["secret", { secret: 1234567890123456 }],
    ["providers", { providers: {} }],
    ["providers.google.clientId", { providers: { google: { clientSecret: "x" } } }],
    ["providers.company.type", { providers: { company: { clientId: "x" } } }],
    ["providers.company.type", { providers: { company: { clientId: "x", type: "odic" } } }],
    ["providers.company.issuer", { providers: { company: { clientId: "x", type: "oidc" } } }],
    [
      "providers.google.issuer",
      { providers: { google: { clientId: "x", issuer: "http://id.example.com" } } },
    ],
    [
      "providers.google.authorization.state",
      { providers: { google: { clientId: "x", authorization: { state: "x" } } } },
    ],
    [
      "providers.google.authorization.redirect_uri",
      { providers: { google: { clientId: "x", authorization: { redirect_uri: "x" } } } },
    ],
    [
      "providers.google.authorization",
      { providers: { google: { clientId: "x", authorization: { max_age: "1h" } } } },
    ],
    ["providers.Google", { providers: { Google: { clientId: "x", type: "google" } } }],
    ["access", { access: {} }],
    ["access", { access: { anyone: false } }],
    ["access.anyone", { access: { anyone: true, domains: ["example.com"] } }],
    ["access.anyone", { access: { anyone: "yes" } }],
    [
      "providers.google.trustEmail",
      { providers: { google: { clientId: "x", trustEmail: "yes" } } },
    ],
    ["access.verified", { access: { verified: false } }],
    ["access.verified", { access: { verified: "true" } }],
    ["access.anyone", { access: { anyone: true, verified: true } }],
    ["access", { access: { verified: true, groups: ["ops"] } }],
    ["access", { access: { verified: true, all: [{ groups: ["ops"] }] } }],
    ["access.all.0", { access: { all: [{ verified: true, groups: ["ops"] }] } }],
    ["rules.0.allow", { rules: [{ allow: { verified: true, claims: { level: 3 } } }] }],
    ["access.domains", { access: { domains: "example.com" } }],
    ["access.domains.0", { access: { domains: ["*"] } }],
    ["access.domains.0", { access: { domains: ["@example.com"] } }],
    ["access.domains.0", { access: { domains: [".example.com"] } }],
    ["access.emails.0", { access: { emails: ["ada"] } }],
    ["access.groups.0", { access: { groups: [""] } }],
    ["access.all", { access: { all: [] } }],
    ["access.all.0", { access: { all: [{}] } }],
    ["access.all.0.anyone", { access: { all: [{ anyone: true }] } }],
    ["access.grups", { access: { grups: ["ops"], groups: ["ops"] } }],
    ["session.lifetime", { session: { lifetime: "0s" } }],
    ["session.lifetime", { session: { lifetime: 604800 } }],
    ["storage.driver", { storage: { driver: "redsi" } }],
    ["headers.Cookie", { headers: { Cookie: "email" } }],
    ["headers.X-Forwarded-For", { headers: { "X-Forwarded-For": "email" } }],
    ["headers.X-Email", { headers: { "X-Email": "emial" } }],
    ["headers.x-email", { headers: { "X-Email": "email", "x-email": "name" } }],
    ["allowedRedirects.0", { allowedRedirects: ["https://example.org"] }],
    ["trustedProxies.0", { trustedProxies: ["10.0.0.0/33"] }],
    ["trustedProxies.0", { trustedProxies: ["*"] }],
    ["access", { access: undefined, rules: [] }],
    ["sites", { url: undefined, sites: [] }],
    ["url", { sites: [{ url: "https://auth.example.net" }] }],
    ["sites.0.url", { url: undefined, sites: [{ url: "http://auth.example.net" }] }],
    [
      "sites.1.url",
      {
        url: undefined,
        sites: [{ url: "https://a.example.net" }, { url: "https://a.example.net/x" }],
      },
    ],
    [
      "sites.0.cookie.domain",
      { url: undefined, sites: [{ url: "https://a.example.net", cookie: { domain: "net" } }] },
    ],
    [
      "sites.0.providers",
      { url: undefined, sites: [{ url: "https://a.example.net", providers: ["gogle"] }] },
    ],
    ["sites.0.acces", { url: undefined, sites: [{ url: "https://a.example.net", acces: {} }] }],
    ["sites.0.access", { url: undefined, sites: [{ url: "https://a.example.net", access: {} }] }],
    ["rules.0", { rules: [{ host: "a.example.com" }] }],
    ["rules.0.hots", { rules: [{ hots: "a.example.com", allow: "public" }] }],
    ["rules.0.host", { rules: [{ host: "https://a.example.com", allow: "public" }] }],
    ["rules.0.host", { rules: [{ host: "*", allow: "public" }] }],
    ["rules.0.host", { rules: [{ host: "*.com", allow: "public" }] }],
    ["rules.0.host", { rules: [{ host: "*.co.uk", allow: "public" }] }],
    ["rules.0.path", { rules: [{ path: "public/**", allow: "public" }] }],
    ["rules.0.path", { rules: [{ path: "/**/x", allow: "public" }] }],
    ["rules.0.path", { rules: [{ path: "/a*", allow: "public" }] }],
    ["rules.0.path", { rules: [{ path: "/a/../b", allow: "public" }] }],
    ["rules.0.path", { rules: [{ path: "/a%2fb", allow: "public" }] }],
    ["rules.0.path", { rules: [{ path: "/a?b=c", allow: "public" }] }],
    ["rules.0.path", { rules: [{ path: [], allow: "public" }] }],
    ["rules.0.methods.0", { rules: [{ methods: ["get"], allow: "public" }] }],
    ["rules.0.ip", { rules: [{ ip: "somewhere", allow: "public" }] }],
    ["rules.0.ip", { rules: [{ ip: "10.0.0.0/8", allow: "public" }] }],
    ["rules.0.provider", { rules: [{ provider: "gogle", allow: "signed-in" }] }],
    ["rules.0.allow", { rules: [{ allow: "pubilc" }] }],
    ["rules.0.allow", { rules: [{ allow: {} }] }],
    ["rules.0.allow.grups", { rules: [{ allow: { grups: ["ops"], groups: ["ops"] } }] }],
    ["rules.0.allow.groups.0", { rules: [{ allow: { groups: [""] } }] }],
    ["rules.0.deny", { rules: [{ deny: true, allow: "public" }] }],
    ["rules.0.deny", { rules: [{ deny: false, allow: "public" }] }],
    ["rules.0.maxAge", { rules: [{ allow: "public", maxAge: "15m" }] }],
    ["rules.0.path", { rules: [{ path: "/a/%2a%2a", allow: "public" }] }],
    ["rules.0.host", { rules: [{ host: "*.co.uk:443", allow: "public" }] }],
    ["rules.0", { rules: [[]] }],
    ["rules.0.allow", { rules: [{ allow: [] }] }],
    [
      "rules.0.allow.claims.prototype",
      { rules: [{ allow: { claims: { a: 1, prototype: true } } }] },
    ],
    ["rules.0.allow.claims.level", { rules: [{ allow: { claims: { level: Infinity } } }] }],
    ["rules.0.allow.claims.level.0", { rules: [{ allow: { claims: { level: [-Infinity] } } }] }],
    ["rules.0.allow.claims.constructor", { rules: [{ allow: { claims: { constructor: "x" } } }] }],
    ["rules.0.acr", { rules: [{ acr: "two words" }] }],
    ["rules.0.acr", { rules: [{ acr: Array(11).fill("mfa") }] }],
    ["allowedRedirects.0", { allowedRedirects: [".com"] }],
    ["skipProviderButton", { skipProviderButton: true }],
    ["allowedRedirects.0", { allowedRedirects: [".co.uk:443"] }],
    ["session", { session: [] }],
    ["access", { access: ["example.com"] }],
    [
      "sites.1.cookie.domain",
      {
        url: undefined,
        sites: [
          { url: "https://auth.example.com", cookie: { domain: "example.com" } },
          { url: "https://auth.dev.example.com", cookie: { domain: "dev.example.com" } },
        ],
      },
    ],
    [
      "sites.1.url",
      {
        url: undefined,
        sites: [{ url: "https://auth.example.com" }, { url: "https://app.example.com/verify/x" }],
      },
    ],
    [
      "sites.0.url",
      {
        url: undefined,
        sites: [
          { url: "https://app.example.com/_auth/verify/" },
          { url: "https://auth.example.com/_auth" },
        ],
      },
    ],
    ["rules.0.preflight", { rules: [{ preflight: true }] }],
    ["dialect", { dialect: "nginx" }],
    ["listen.port", { listen: { port: 0 } }],
    ["listen.port", { listen: { port: 70_000 } }],
    ["admin.port", { admin: { port: 4180 } }],
    ["admin.port", { listen: { port: 9180 }, admin: { port: 9180 } }],
    ["signOut", { signOut: "everywhere" }],
  ];

  it.each(faulty)("of %s is a fault: %j", (path, change) => {
    const faults = faultsOf({ ...good, ...change });

    expect(faults.map((fault) => fault.path)).toEqual([path]);
    expect(faults[0]?.message).toMatch(/[a-z]{2,} [a-z]{2,}/);
  });

  it.each([
    ["acess", "access"],
    ["sesion", "session"],
    ["trustedProxy", "trustedProxies"],
    ["hedaers", "headers"],
  ])("for the misspelt key %s suggests %s", (written, meant) => {
    const [fault] = faultsOf({ ...good, [written]: {} });

    expect(fault).toEqual({
      path: written,
      message: expect.stringContaining(`did you mean ${meant}?`),
    });
  });
});

it("shows an infinite number in a fault", () => {
  const [fault] = faultsOf({ ...good, rules: [{ allow: { claims: { level: -Infinity } } }] });

  expect(fault?.message).toBe("-Infinity is not a number that a claim can have: use a finite one");
});

describe("the environment", () => {
  it("can set every value, and overrides the file", () => {
    const config = checkConfig("doorward.yaml", good, {
      DOORWARD_URL: "https://auth.example.org/door/",
      DOORWARD_COOKIE_DOMAIN: "Example.org",
      DOORWARD_PROVIDERS_GOOGLE_CLIENT_ID: "other",
      DOORWARD_PROVIDERS_GOOGLE_AUTHORIZATION_LOGIN_HINT: "ada",
      DOORWARD_PROVIDERS_MY_COMPANY_TYPE: "oidc",
      DOORWARD_PROVIDERS_MY_COMPANY_ISSUER: "https://id.example.org",
      DOORWARD_PROVIDERS_MY_COMPANY_CLIENT_ID: "c",
      DOORWARD_PROVIDERS_MY_COMPANY_TRUST_EMAIL: "true",
      DOORWARD_ACCESS_DOMAINS: "example.org, *.example.net",
      DOORWARD_SESSION_LIFETIME: "12h",
      DOORWARD_HEADERS_X_REMOTE_USER: "subject",
      DOORWARD_LISTEN_PORT: "8000",
      DOORWARD_ALLOWED_REDIRECTS: '["example.net:3000"]',
    });

    expect(config).toMatchObject({
      url: "https://auth.example.org/door",
      cookie: { domain: "example.org" },
      providers: {
        google: { clientId: "other", clientSecret: "shh", authorization: { login_hint: "ada" } },
        "my-company": { type: "oidc", clientId: "c", trustEmail: true },
      },
      access: { domains: ["example.org", "*.example.net"] },
      session: { lifetime: 43_200_000 },
      headers: { "X-Remote-User": "subject" },
      listen: { port: 8000 },
      allowedRedirects: ["example.net:3000"],
    });
  });

  it.each([
    ["false", false],
    ["always", "always"],
  ])("reads a switch that also has a word: %s", (written, trustEmail) => {
    const config = checkConfig("doorward.yaml", good, {
      DOORWARD_PROVIDERS_GOOGLE_TRUST_EMAIL: written,
    });

    expect(config.providers.google).toMatchObject({ trustEmail });
  });

  it("reads a value from a file, without the trailing line break", () => {
    const file = join(mkdtempSync(join(tmpdir(), "doorward-")), "secret");
    writeFileSync(file, `${secret}\n`);

    const config = checkConfig(
      "doorward.yaml",
      { ...good, secret: undefined },
      { DOORWARD_SECRET_FILE: file },
    );

    expect(config.secret).toEqual([secret]);
  });

  it.each([
    [{ DOORWARD_SECRET_FILE: "/nowhere/at/all" }, "DOORWARD_SECRET_FILE"],
    [{ DOORWARD_SECERT: "x" }, "DOORWARD_SECERT"],
    [{ DOORWARD_COOKIE: "example.com" }, "DOORWARD_COOKIE (cookie)"],
    [{ DOORWARD_SESSION_IDLE: "soon" }, "DOORWARD_SESSION_IDLE (session.idle)"],
    [{ DOORWARD_LISTEN_PORT: "http" }, "DOORWARD_LISTEN_PORT (listen.port)"],
    [{ DOORWARD_ACCESS_ANYONE: "yes" }, "DOORWARD_ACCESS_ANYONE (access.anyone)"],
    [{ DOORWARD_HEADERS___PROTO__: "email" }, "DOORWARD_HEADERS___PROTO__ (headers.__proto__)"],
    [{ DOORWARD_SECRET: secret, DOORWARD_SECRET_FILE: "/x" }, "DOORWARD_SECRET_FILE"],
  ])("is named in a fault of its value: %j", (environment, path) => {
    expect(paths(good, environment)).toEqual([path]);
  });

  it.each([
    [{ DOORWARD_COOKIE_DOMIAN: "x" }, "DOORWARD_COOKIE_DOMAIN"],
    [{ DOORWARD_SECRT: "x" }, "DOORWARD_SECRET"],
    [{ DOORWARD_PROVIDERS_GOOGLE_CLIENTID: "x" }, "DOORWARD_PROVIDERS_GOOGLE_CLIENT_ID"],
  ])("gets a suggestion for a misspelt variable: %j", (environment, meant) => {
    expect(faultsOf(good, environment)).toEqual([
      { path: expect.any(String), message: expect.stringContaining(`did you mean ${meant}?`) },
    ]);
  });

  it("sets whole groups as JSON, and parameters of one word", () => {
    const config = checkConfig("doorward.yaml", good, {
      DOORWARD_HEADERS: '{"X-User":"email"}',
      DOORWARD_PROVIDERS_GOOGLE_AUTHORIZATION_PROMPT: "login",
      DOORWARD_RULES: '[{"host":"a.example.com","deny":true}]',
    });

    expect(config).toMatchObject({
      headers: { "X-User": "email" },
      providers: { google: { authorization: { prompt: "login" } } },
      rules: [{ host: ["a.example.com"], deny: true }],
    });
  });

  it("cannot empty the list of rules by an empty variable", () => {
    expect(paths({ ...good, rules: [{ deny: true }] }, { DOORWARD_RULES: "" })).toEqual([
      "DOORWARD_RULES (rules)",
    ]);
  });

  it("empties a list of access by an empty variable, so that it matches no one", () => {
    expect(
      checkConfig("doorward.yaml", good, { DOORWARD_ACCESS_DOMAINS: "" }).access?.domains,
    ).toEqual([]);
  });

  it("ignores the variables that Kubernetes sets for a Service called doorward", () => {
    const environment = {
      DOORWARD_PORT: "tcp://10.0.0.1:80",
      DOORWARD_PORT_80_TCP_ADDR: "10.0.0.1",
      DOORWARD_SERVICE_HOST: "10.0.0.1",
      DOORWARD_SERVICE_PORT_HTTP: "80",
      DOORWARD_REDIS_PORT: "tcp://10.0.0.2:6379",
      DOORWARD_REDIS_SERVICE_HOST: "10.0.0.2",
      DOORWARD_ADMIN_PORT: "tcp://10.0.0.3:9180",
    };

    expect(faultsOf(good, environment)).toEqual([]);
  });
});

describe("an unknown name with underscores", () => {
  it.each(["PROVIDERS_NEW_CLIENTIDS", "MY_OWN_THING", "REDIS_URL"])(
    "is of no other tool: DOORWARD_%s",
    (name) => {
      const fault = () => checkConfig("test", good, { [`DOORWARD_${name}`]: "x" });

      expect(fault).toThrow(`DOORWARD_${name}: is unknown: `);
    },
  );
});

describe("variables of oauth2-proxy", () => {
  const environment = { OAUTH2_PROXY_CLIENT_ID: "door", OAUTH2_PROXY_UPSTREAMS: "x" };

  it("without a configuration of doorward lead to the import", () => {
    expect(() => checkConfig("none", {}, environment)).toThrow(
      /^ {2}OAUTH2_PROXY_CLIENT_ID: is a variable of oauth2-proxy.*`doorward import oauth2-proxy/m,
    );
  });

  it("beside a configuration of doorward are ignored", () => {
    expect(faultsOf(good, environment)).toEqual([]);
  });
});

describe("the file", () => {
  const folder = mkdtempSync(join(tmpdir(), "doorward-"));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it.each([
    [
      "doorward.yaml",
      `url: https://a.example.com\nsecret: ${secret}\nproviders: { google: { clientId: x } }\naccess: { anyone: true }\n`,
    ],
    [
      "doorward.toml",
      `url = "https://a.example.com"\nsecret = "${secret}"\n[providers.google]\nclientId = "x"\n[access]\nanyone = true\n`,
    ],
    ["doorward.json", JSON.stringify({ ...good, url: "https://a.example.com" })],
  ])("may be %s", (name, text) => {
    expect(loadConfig({ file: write(name, text), environment: {} }).url).toBe(
      "https://a.example.com",
    );
  });

  it.each([
    ["broken.yaml", "url: [", "broken.yaml"],
    ["broken.json", "{", "broken.json"],
    ["broken.toml", "url = ", "broken.toml"],
    ["twice.json", '{"access": {"domains": []}, "access": {"anyone": true}}', "duplicated"],
    ["twice.yaml", "access: { domains: [] }\naccess: { anyone: true }\n", "duplicated"],
    ["list.yaml", "- a\n- b\n", "list.yaml"],
    ["settings.ini", "url=x", "settings.ini"],
  ])("%s that cannot be parsed is named in the error", (name, text, named) => {
    const file = write(name, text);

    expect(() => loadConfig({ file, environment: {} })).toThrow(named);
    expect(() => loadConfig({ file, environment: {} })).toThrow(ConfigError);
  });

  it("reports a YAML alias that contains itself like any other wrong value", () => {
    const file = write("alias.yaml", "url: &itself { inner: *itself }\n");

    expect(() => loadConfig({ file, environment: {} })).toThrow("url: this value is not text");
    expect(() => loadConfig({ file, environment: {} })).toThrow(ConfigError);
  });

  it.each([
    ["leak.toml", 'secret = "TOPSECRETVALUE0123456789\n'],
    ["leak.yaml", "providers:\n  google:\n    clientSecret: TOPSECRETVALUE\n   broken: 1\n"],
    ["leak2.yaml", "secret: *TOPSECRETVALUE\n"],
    ["leak3.yaml", 'secret: "TOPSECRETVALUE\n'],
    ["leak.json", '{"secret": TOPSECRETVALUE}'],
    ["leak2.json", '{"secret": "TOPSECRETVALUE'],
  ])("%s that cannot be parsed is reported without the text at that place", (name, text) => {
    const file = write(name, text);

    expect(() => loadConfig({ file, environment: {} })).toThrow("cannot be read");
    expect(() => loadConfig({ file, environment: {} })).not.toThrow("TOPSECRET");
  });

  it("is required after --config", () => {
    expect(() => loadConfig({ file: "", environment: {} })).toThrow("use --config");
  });

  it("that does not exist is named in the error", () => {
    expect(() => loadConfig({ file: join(folder, "no.yaml"), environment: {} })).toThrow("no.yaml");
  });
});

describe("the secrets in doorward's documentation", () => {
  it("are all rejected", () => {
    const root = join(import.meta.dirname, "../..");
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
      (name) => /\.(md|yaml|yml|toml)$/.test(name) && !/node_modules|^test|\.git\//.test(name),
    );
    const written = files.flatMap((name) =>
      [...readFileSync(join(root, name), "utf8").matchAll(/^\s*secret:\s*([^\s#]+)/gm)].map(
        ([, text]) => text,
      ),
    );

    for (const text of written) expect(paths({ ...good, secret: text })).toEqual(["secret"]);
  });
});
