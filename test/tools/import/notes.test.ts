import { describe, expect, it } from "vitest";
import { imported, least } from "./importing.ts";

const withLeast = (...lines: string[]) => [...least, ...lines];

describe("an import of oauth2-proxy's configuration", () => {
  it("reads email addresses from authenticated_emails_file", () => {
    const lines = least.with(3, 'authenticated_emails_file = "emails.txt"');

    const { config, problems } = imported(lines, {
      beside: { "emails.txt": "# staff\nAda@Example.com\n\nbob@example.com\n" },
    });

    expect(problems).toEqual([]);
    expect(config?.access).toEqual({
      emails: ["Ada@example.com".toLowerCase(), "bob@example.com"],
    });
  });

  it("does not import the secret, and prints a placeholder that doorward refuses", () => {
    const { yaml, notes } = imported(
      withLeast('cookie_secret = "0123456789abcdef0123456789abcdef"'),
    );

    expect(yaml).toContain("secret: change-me");
    expect(yaml).not.toContain("0123456789abcdef");
    expect(notes.join("\n")).toContain("to do: cookie_secret");
  });

  it("asks to move the file of a relative path, which starts elsewhere now", () => {
    const redis = ["session_store_type = 'redis'", "redis_connection_url = 'rediss://redis'"];

    const { notes } = imported(
      withLeast(...redis, "redis_ca_path = 'tls/ca.pem'", "htpasswd_file = '/srv/users'"),
    );

    const toDo = notes.filter((note) => note.includes("starts at the folder of doorward.yaml"));
    expect(toDo).toEqual([expect.stringContaining('to do: storage.tls.ca: "tls/ca.pem" starts')]);
  });

  it("has a note for every option that is not imported unchanged", () => {
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
    const noted = [
      "banner",
      "request_logging",
      "cookie_samesite",
      "tls_cert_file",
      "github_org",
      "ssl_insecure_skip_verify",
      "sessions",
    ];
    expect(noted.filter((name) => !notes.some((note) => note.includes(` ${name}: `)))).toEqual([]);
  });

  it("quotes the value of an option that is left out, unless it may be a secret", () => {
    const { notes } = imported(
      withLeast(
        'cookie_samesite = "none"',
        'cookie_csrf_expire = "15m"',
        'ping_path = "/alive"',
        'redis_connection_url = "redis://:hidden@redis"',
        'signature_key = "sha256:hidden"',
      ),
    );

    expect(notes).toEqual(
      expect.arrayContaining([
        expect.stringContaining('cookie_samesite: "none": the cookie is always SameSite=Lax'),
        expect.stringContaining('cookie_csrf_expire: "15m" is not needed'),
        expect.stringContaining('ping_path: "/alive": the health checks are /healthz'),
      ]),
    );
    expect(notes.join("\n")).not.toContain("hidden");
  });

  it("prints an issuer with plain http, as in a container network, and says that it must change", () => {
    const issuer = "http://keycloak:8080/realms/staff";
    const { config, notes, problems } = imported(
      withLeast(
        'provider = "keycloak-oidc"',
        `oidc_issuer_url = "${issuer}"`,
        'redeem_url = "http://keycloak:8080/token"',
      ),
    );

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ providers: { keycloak: { issuer } } });
    const toDo = notes.filter((note) => note.includes("uses plain http"));
    expect(toDo).toEqual([
      expect.stringMatching(/^to do: oidc_issuer_url: "http:.* doorward does not start until then/),
      expect.stringMatching(/^to do: redeem_url: /),
    ]);
  });

  it("names placeholders of a published file", () => {
    const lines = ['client_id = "<your-client-id>"', 'client_secret = "<secret>"'];
    const { notes, problems } = imported([...lines, ...least.slice(2)]);

    expect(problems).toEqual([]);
    expect(notes).toContainEqual(expect.stringMatching(/^to do: client_id: is a placeholder/));
    expect(notes).toContainEqual(expect.stringMatching(/^to do: client_secret: is a placeholder/));
  });

  it("keeps doorward's own proxies instead of the tool's default, which is everyone", () => {
    const { config, notes, problems } = imported(
      withLeast("reverse_proxy = true", 'trusted_proxy_ips = ["0.0.0.0/0", "::/0"]'),
    );

    expect(problems).toEqual([]);
    expect(config).not.toHaveProperty("trustedProxies");
    expect(notes).toContainEqual(
      expect.stringMatching(/^to do: trusted_proxy_ips: "0.0.0.0\/0, ::\/0" contains every IPv4/),
    );
  });

  it("asks for other probes only if their paths are not those that compat answers", () => {
    const usual = imported(withLeast('ping_path = "/ping"', 'ready_path = "/ready"')).notes;
    const own = imported(withLeast('ping_path = "/alive"', 'ready_path = "/live"')).notes;
    const about = (notes: string[]) => notes.filter((note) => /: (ping|ready)_path: /.test(note));

    expect(about(usual)).toEqual([
      expect.stringMatching(/^left out: ping_path: "\/ping" is not needed: with compat, doorward/),
      expect.stringMatching(
        /^left out: ready_path: "\/ready" is not needed: with compat, doorward/,
      ),
    ]);
    expect(about(own)).toEqual([
      expect.stringMatching(/^different: ping_path: "\/alive": .* change your probes$/),
      expect.stringMatching(/^different: ready_path: "\/live": .* change your probes$/),
    ]);
  });

  it("does not open a route that a rule cannot express, and prints the rule to write", () => {
    const { config, notes } = imported(
      withLeast('skip_auth_routes = ["GET=^/users/[^/]*$", "!=^/private", "^/api/v[0-9]"]'),
    );

    expect(config?.rules).toBeUndefined();
    expect(notes.filter((note) => note.startsWith("to do: skip_auth_routes"))).toHaveLength(3);
    expect(notes.join("\n")).toContain("{path:/users/*,methods:[GET],allow:public}");
  });
});
