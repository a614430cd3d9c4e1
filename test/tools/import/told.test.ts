import { describe, expect, it } from "vitest";
import { imported, least } from "./importing.ts";

const withLeast = (...lines: string[]) => [...least, ...lines];

describe("an import of oauth2-proxy's configuration", () => {
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
