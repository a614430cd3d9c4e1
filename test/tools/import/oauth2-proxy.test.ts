import { describe, expect, it } from "vitest";
import { imported, least } from "./importing.ts";

const withLeast = (...lines: string[]) => [...least, ...lines];

describe("an imported oauth2-proxy configuration", () => {
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
      ['whitelist_domains = [".localhost:3000", "*.github.io", ".co.uk:*", "localhost:3000"]'],
      { allowedRedirects: ["localhost:3000", "github.io", "co.uk:*"] },
    ],
    [
      [
        'provider = "keycloak-oidc"',
        'oidc_issuer_url = "https://kc.example.com/realms/a"',
        'allowed_groups = ["ops"]',
      ],
      { access: { all: [{ domains: ["example.com"] }, { groups: ["ops"] }] } },
    ],
    [['skip_provider_button = "true"'], { compat: "oauth2-proxy", skipProviderButton: true }],
    [["skip_auth_preflight = true"], { rules: [{ preflight: "allow" }] }],
    [
      ['skip_auth_routes = ["GET=^/public/", "^/docs"]', 'skip_auth_regex = ["^/old(/.*)?$"]'],
      {
        rules: [
          { path: "/old/**", allow: "public" },
          { path: "/public/*/**", methods: ["GET"], allow: "public" },
          { exactPath: "/public/", methods: ["GET"], allow: "public" },
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
  ])("%j becomes %j", (lines, settings) => {
    const { config, problems } = imported(withLeast(...lines));

    expect(problems).toEqual([]);
    expect(config).toMatchObject(settings);
  });
});
