import { describe, expect, it } from "vitest";
import { imported, least } from "./importing.ts";

const withLeast = (...lines: string[]) => [...least, ...lines];

describe("oauth2-proxy's configuration as doorward's", () => {
  it.each<[lines: string[], settings: Record<string, unknown>]>([
    [[], { url: "https://auth.example.com/oauth2", compat: "oauth2-proxy" }],
    [[], { access: { domains: ["example.com"] }, session: { lifetime: "7d", idle: "7d" } }],
    [[], { providers: { google: { clientId: "door", clientSecret: "the door's own secret" } } }],
    [['cookie_domains = [".corp.example", ".example.com"]'], { cookie: { domain: "example.com" } }],
    [
      ['cookie_expire = "12h"', 'cookie_refresh = "90m"'],
      { session: { lifetime: "12h", idle: "12h", refresh: "90m" } },
    ],
    [
      ['whitelist_domains = [".example.org", "*.example.net:8443", "app.example.com:*"]'],
      { allowedRedirects: [".example.org", ".example.net:8443", "app.example.com:*"] },
    ],
    [
      [
        'provider = "keycloak-oidc"',
        'oidc_issuer_url = "https://kc.example.com/realms/a"',
        'allowed_groups = ["ops"]',
      ],
      { access: { all: [{ domains: ["example.com"] }, { groups: ["ops"] }] } },
    ],
    [["skip_auth_preflight = true"], { rules: [{ preflight: "allow" }] }],
    [
      ['skip_auth_routes = ["GET=^/public/", "^/docs"]', 'skip_auth_regex = ["^/old(/.*)?$"]'],
      {
        rules: [
          { path: "/old/**", allow: "public" },
          { path: "/public/*/**", methods: ["GET"], allow: "public" },
          { path: "/docs/**", allow: "public" },
        ],
      },
    ],
    [
      [
        'skip_jwt_bearer_tokens = "true"',
        'extra_jwt_issuers = ["https://ci.example.com=door", "https://ci.example.com=wiki"]',
      ],
      {
        rules: [
          {
            bearer: {
              idTokens: true,
              issuers: [{ issuer: "https://ci.example.com", audiences: ["door", "wiki"] }],
            },
          },
        ],
      },
    ],
    [
      ['htpasswd_file = "users"'],
      { users: "users", rules: [{ provider: "users", basic: true, allow: "signed-in" }] },
    ],
    [
      ["reverse_proxy = true", 'trusted_ips = ["203.0.113.0/24"]'],
      { rules: [{ ip: ["203.0.113.0/24"], allow: "public" }] },
    ],
    [
      ["reverse_proxy = true", 'trusted_ips = ["10.1.0.0/16"]'],
      { trustedProxies: ["loopback"], rules: [{ ip: ["10.1.0.0/16"], allow: "public" }] },
    ],
    [
      [
        "reverse_proxy = true",
        'trusted_ips = ["10.1.0.0/16", "10.9.9.9"]',
        'trusted_proxy_ips = ["10.9.9.9"]',
      ],
      {
        trustedProxies: ["10.9.9.9"],
        rules: [{ ip: ["10.1.0.0/16"], allow: "public" }],
      },
    ],
    [
      ["set_xauthrequest = true", "pass_access_token = true", "set_authorization_header = true"],
      {
        headers: {
          "X-Auth-Request-User": "subject",
          "X-Auth-Request-Email": "email",
          "X-Auth-Request-Groups": "groups",
          "X-Auth-Request-Preferred-Username": "preferredUsername",
          "X-Auth-Request-Access-Token": "accessToken",
          Authorization: "Bearer idToken",
        },
      },
    ],
    [
      ['upstreams = ["http://127.0.0.1:8080/"]', "prefer_email_to_user = true"],
      {
        headers: {
          "X-Forwarded-User": "email",
          "X-Forwarded-Email": "email",
          "X-Forwarded-Groups": "groups",
          "X-Forwarded-Preferred-Username": "preferredUsername",
        },
      },
    ],
    [
      ['session_store_type = "redis"', 'redis_connection_url = "redis://:p%40ss@redis:6379/3"'],
      { storage: { driver: "redis", url: "redis://:p%40ss@redis:6379" } },
    ],
    [
      [
        'session_store_type = "redis"',
        "redis_use_sentinel = true",
        'redis_sentinel_master_name = "mymaster"',
        'redis_sentinel_connection_urls = ["redis://s1:26379", "redis://s2"]',
        'redis_password = "pw"',
      ],
      {
        storage: {
          driver: "redis",
          sentinels: ["s1:26379", "s2:26379"],
          name: "mymaster",
          password: "pw",
        },
      },
    ],
    [
      [
        'session_store_type = "redis"',
        "redis_use_cluster = true",
        'redis_cluster_connection_urls = ["rediss://c1:6379"]',
        'redis_ca_path = "/ca.pem"',
      ],
      {
        storage: { driver: "redis", cluster: ["c1:6379"], tls: { ca: "/ca.pem" } },
      },
    ],
    [
      ['http_address = ":4181"', 'metrics_address = "127.0.0.1:9100"'],
      { listen: { host: "0.0.0.0", port: 4181 }, admin: { host: "127.0.0.1", port: 9100 } },
    ],
    [
      [
        'login_url = "https://accounts.google.com/o/oauth2/v2/auth?hd=example.com"',
        'prompt = "consent"',
      ],
      {
        providers: {
          google: {
            clientId: "door",
            clientSecret: "the door's own secret",
            authorization: { hd: "example.com", prompt: "consent" },
            endpoints: { authorization: "https://accounts.google.com/o/oauth2/v2/auth" },
          },
        },
      },
    ],
    [
      ['redirect_url = "https://auth.example.com/oauth2/callback"', 'proxy_prefix = "/oauth2"'],
      { url: "https://auth.example.com/oauth2" },
    ],
  ])("%j gives %j", (lines, settings) => {
    const { config, problems } = imported(withLeast(...lines));

    expect(problems).toEqual([]);
    expect(config).toMatchObject(settings);
  });

  const secret = { clientId: "door", clientSecret: "the door's own secret" };
  const tenant = "11111111-2222-3333-4444-555555555555";
  it.each<[lines: string[], provider: Record<string, unknown>, access: Record<string, unknown>]>([
    [
      [
        'provider = "google"',
        'google_groups = ["eng@example.com"]',
        'google_admin_email = "a@example.com"',
        'google_service_account_json = "/sa.json"',
      ],
      {
        google: {
          ...secret,
          directory: {
            admin: "a@example.com",
            serviceAccountFile: "/sa.json",
            groups: ["eng@example.com"],
          },
        },
      },
      { groups: ["eng@example.com"] },
    ],
    [
      ['provider = "github"', 'github_org = "acme"', 'github_team = "ops,dev"'],
      { github: secret },
      { groups: ["acme:ops", "acme:dev"] },
    ],
    [['provider = "github"', 'github_org = "acme"'], { github: secret }, { groups: ["acme"] }],
    [
      ['provider = "github"', 'github_repo = "acme/site"'],
      { github: { ...secret, repositories: ["acme/site"] } },
      { groups: ["repo:acme/site"] },
    ],
    [
      [
        'provider = "github"',
        'github_org = "acme"',
        'login_url = "https://ghe.example.com/login/oauth/authorize"',
        'validate_url = "https://ghe.example.com/api/v3"',
      ],
      { github: { ...secret, issuer: "https://ghe.example.com" } },
      { groups: ["acme"] },
    ],
    [
      [
        'provider = "github"',
        'github_org = "acme"',
        'login_url = "https://git.example.com/login/oauth/authorize"',
        'validate_url = "https://git.example.com/api/v1/user/emails"',
      ],
      { gitea: { ...secret, issuer: "https://git.example.com" } },
      { groups: ["acme"] },
    ],
    [
      [
        'provider = "gitlab"',
        'gitlab_groups = ["acme/tools"]',
        'gitlab_projects = ["acme/site=30"]',
      ],
      { gitlab: { ...secret, projects: ["acme/site=30"] } },
      { groups: ["acme/tools", "project:acme/site"] },
    ],
    [
      [
        'provider = "keycloak-oidc"',
        'oidc_issuer_url = "https://kc.example.com/realms/staff"',
        'allowed_roles = ["admin", "grafana:editor"]',
        'allowed_groups = ["/ops"]',
      ],
      { keycloak: { ...secret, issuer: "https://kc.example.com/realms/staff" } },
      { groups: ["/ops", "role:admin", "role:grafana:editor"] },
    ],
    [
      ['provider = "azure"', `azure_tenant = "${tenant}"`, 'allowed_groups = ["g1"]'],
      {
        "entra-id": {
          ...secret,
          issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
          trustEmail: true,
        },
      },
      { groups: ["g1"] },
    ],
    [
      [
        'provider = "azure"',
        `oidc_issuer_url = "https://sts.windows.net/${tenant}/"`,
        'allowed_groups = ["g1"]',
      ],
      { azure: { ...secret, issuer: `https://sts.windows.net/${tenant}/`, trustEmail: true } },
      { groups: ["g1"] },
    ],
    [
      [
        'provider = "entra-id"',
        'oidc_issuer_url = "https://login.microsoftonline.com/common/v2.0"',
        `entra_id_allowed_tenants = ["${tenant}"]`,
        "insecure_oidc_skip_issuer_verification = true",
        'allowed_groups = ["g1"]',
      ],
      {
        "entra-id": {
          ...secret,
          issuer: "https://login.microsoftonline.com/common/v2.0",
          tenants: [tenant],
          trustEmail: true,
        },
      },
      { groups: ["g1"] },
    ],
    [
      ['provider = "bitbucket"', 'bitbucket_team = "acme"', 'bitbucket_repository = "acme/site"'],
      { bitbucket: { ...secret, repositories: ["acme/site"] } },
      { all: [{ groups: ["acme"] }, { groups: ["repo:acme/site"] }] },
    ],
    [
      [
        'provider = "oidc"',
        'oidc_issuer_url = "https://id.example.com"',
        'allowed_groups = ["ops"]',
        'oidc_groups_claim = "roles"',
        'oidc_email_claim = "mail"',
        'provider_display_name = "Company"',
      ],
      {
        oidc: {
          ...secret,
          issuer: "https://id.example.com",
          scope: "openid email profile groups",
          groupsClaim: "roles",
          emailClaim: "mail",
          label: "Company",
        },
      },
      { groups: ["ops"] },
    ],
    [
      ['provider = "login.gov"', 'allowed_groups = ["ops"]'],
      { "login-gov": { type: "login.gov", ...secret } },
      { groups: ["ops"] },
    ],
    [
      ['provider = "oidc"', 'oidc_issuer_url = "https://id.example.com"'],
      { oidc: { ...secret, issuer: "https://id.example.com" } },
      { anyone: true },
    ],
  ])("%j names the provider and whom it lets in", (lines, providers, access) => {
    const anybody = least.with(3, 'email_domains = ["*"]');

    const { config, problems } = imported([...anybody, ...lines]);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ providers, access });
    expect(config?.providers).toEqual(providers);
  });

  it("lets named people of GitHub in beside the organisation, by a rule", () => {
    const lines = ['provider = "github"', 'github_org = "acme"', 'github_users = ["ada"]'];

    const { config } = imported(withLeast(...lines));

    expect(config?.access).toBeUndefined();
    expect(config?.rules).toEqual([
      {
        allow: {
          all: [{ domains: ["example.com"] }, { groups: ["acme"], claims: { login: ["ada"] } }],
        },
      },
    ]);
  });

  it("reads the addresses of a file beside it", () => {
    const lines = least.with(3, 'authenticated_emails_file = "emails.txt"');

    const { config, problems } = imported(lines, {
      beside: { "emails.txt": "# staff\nAda@Example.com\n\nbob@example.com\n" },
    });

    expect(problems).toEqual([]);
    expect(config?.access).toEqual({
      emails: ["Ada@example.com".toLowerCase(), "bob@example.com"],
    });
  });

  it("takes no secret over, and prints one that nobody can start with", () => {
    const { yaml, notes } = imported(
      withLeast('cookie_secret = "0123456789abcdef0123456789abcdef"'),
    );

    expect(yaml).toContain("secret: change-me");
    expect(yaml).not.toContain("0123456789abcdef");
    expect(notes.join("\n")).toContain("to do: cookie_secret");
  });

  it("says of everything what becomes of it", () => {
    const lines = [
      'banner = "Hello"',
      "request_logging = false",
      'cookie_samesite = "none"',
      'tls_cert_file = "a.pem"',
      'github_org = "acme"',
      "ssl_insecure_skip_verify = true",
      'redirect_url = "https://auth.example.com/oauth2/callback"',
    ];

    const { notes, problems } = imported(withLeast(...lines));

    expect(problems).toEqual([]);
    const told = [
      "banner",
      "request_logging",
      "cookie_samesite",
      "tls_cert_file",
      "github_org",
      "ssl_insecure_skip_verify",
      "sessions",
    ];
    expect(told.filter((name) => !notes.some((note) => note.includes(` ${name}: `)))).toEqual([]);
  });

  it("leaves a route closed that a rule cannot say, and says what to write", () => {
    const { config, notes } = imported(
      withLeast('skip_auth_routes = ["GET=^/healthz$", "!=^/private", "^/api/v[0-9]"]'),
    );

    expect(config?.rules).toBeUndefined();
    expect(notes.filter((note) => note.startsWith("to do: skip_auth_routes"))).toHaveLength(3);
    expect(notes.join("\n")).toContain("{path:/healthz,methods:[GET],allow:public}");
  });
});

describe("each way to write oauth2-proxy's configuration", () => {
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

  it("a compose file, where a flag counts before a variable", () => {
    const { config, notes, problems } = imported(compose, { name: "compose.yaml" });

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      session: { lifetime: "12h" },
      allowedRedirects: [".example.com", ".example.org"],
      rules: [{ path: "/a", allow: "public" }, { preflight: "allow" }],
      access: { domains: ["example.com", "example.org"] },
    });
    expect(notes.join("\n")).toMatch(/CLIENT_SECRET: compose fills it in.*DOORWARD_PROVIDERS/);
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

  it("an alpha configuration with the other file beside it", () => {
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

    expect(alone.problems).toEqual([expect.stringContaining("name that too")]);
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
    expect(notes.join("\n")).toMatch(/X-Static is not made of one claim/);
    expect(notes.join("\n")).toMatch(/to do: upstreamConfig/);
  });

  it("TOML over several lines, with an option that stands twice", () => {
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

describe("a file that cannot be imported", () => {
  it.each<[lines: string[], problem: RegExp]>([
    [
      ['email_domain = "x.example"'],
      /^oauth2-proxy.cfg:5: email_domain: is unknown: did you mean email_domains\?$/,
    ],
    [["cookie_expire = 3600"], /^oauth2-proxy.cfg:5: cookie_expire: is not a duration/],
    [
      ["skip_auth_preflight = 'perhaps'"],
      /^oauth2-proxy.cfg:5: skip_auth_preflight: is not true or false$/,
    ],
    [
      ['client_id = "other"'],
      /^oauth2-proxy.cfg:5: client_id: contradicts oauth2-proxy.cfg:1: keep one$/,
    ],
    [['scope = "openid'], /^oauth2-proxy.cfg:5: cannot be read: /],
    [["[section]"], /^oauth2-proxy.cfg:5: section: is a table/],
    [
      ['provider = "gogle"'],
      /^oauth2-proxy.cfg:5: provider: "gogle" is unknown: did you mean google\?$/,
    ],
    [['provider = "oidc"'], /^oauth2-proxy.cfg: oidc_issuer_url .*is missing/],
    [
      ['provider = "oidc"', 'oidc_issuer_url = "http://id.example.com"'],
      /^oauth2-proxy.cfg:6: oidc_issuer_url .*plain http/,
    ],
    [['provider = "azure"'], /every tenant there is.*entra_id_allowed_tenants$/],
    [
      ['cookie_domains = [".example.org"]'],
      /^oauth2-proxy.cfg:5: cookie_domains: none holds auth.example.com/,
    ],
    [
      ['authenticated_emails_file = "nowhere"'],
      /^oauth2-proxy.cfg:5: authenticated_emails_file: cannot be read/,
    ],
    [['session_store_type = "redis"'], /storage.url\): is missing/],
    [
      ["skip_jwt_bearer_tokens = true", 'extra_jwt_issuers = ["https://ci.example.com"]'],
      /^oauth2-proxy.cfg:6: extra_jwt_issuers: .* is not issuer=audience$/,
    ],
    [
      ['google_groups = ["eng@example.com"]'],
      /^oauth2-proxy.cfg:5: google_groups: needs google_admin_email/,
    ],
  ])("%j is told with its line", (lines, problem) => {
    const { yaml, problems } = imported(withLeast(...lines));

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  it("tells every problem at once, and no secret", () => {
    const { problems } = imported([
      "client_id = 1",
      'client_secret = "hidden',
      "emails = 1",
      'cookie_expire = "soon"',
      'provider = "x"',
    ]);

    expect(problems.length).toBeGreaterThanOrEqual(4);
    expect(problems.join()).not.toContain("hidden");
  });

  it("names the value that only compose knows", () => {
    const text =
      "services:\n  oauth2-proxy:\n    environment:\n      OAUTH2_PROXY_CLIENT_ID: ${ID}\n      OAUTH2_PROXY_EMAIL_DOMAINS: example.com\n";

    const { problems } = imported(text, { name: "compose.yaml" });

    expect(problems.join("\n")).toMatch(
      /^compose.yaml:4: OAUTH2_PROXY_CLIENT_ID: holds a variable/m,
    );
  });
});
