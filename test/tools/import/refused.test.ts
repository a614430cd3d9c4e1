import { describe, expect, it } from "vitest";
import { imported, least } from "./importing.ts";

const withLeast = (...lines: string[]) => [...least, ...lines];

describe("a file that cannot be imported", () => {
  it.each<[lines: string[], problem: RegExp]>([
    [
      ['email_domain = "x.example"'],
      /^oauth2-proxy.cfg:5: email_domain: is unknown: did you mean email_domains\?$/,
    ],
    [["cookie_expire = 3600"], /^oauth2-proxy.cfg:5: cookie_expire: 3600 is not a duration/],
    [
      ["skip_auth_preflight = 'perhaps'"],
      /^oauth2-proxy.cfg:5: skip_auth_preflight: "perhaps" is not true or false$/,
    ],
    [
      ['client_id = "other"'],
      /^oauth2-proxy.cfg:5: client_id: contradicts oauth2-proxy.cfg:1: keep one$/,
    ],
    [['scope = "openid'], /^oauth2-proxy.cfg:5: cannot be read: /],
    [["[section]"], /^oauth2-proxy.cfg:5: section: is a TOML table/],
    [
      ['provider = "gogle"'],
      /^oauth2-proxy.cfg:5: provider: "gogle" is unknown: did you mean google\?$/,
    ],
    [['provider = "oidc"'], /^oauth2-proxy.cfg: oidc_issuer_url .*is missing/],
    [
      ['provider = "oidc"', 'oidc_issuer_url = "https://id.example.com/?tenant=1"'],
      /^oauth2-proxy.cfg:6: oidc_issuer_url .*contains a query/,
    ],
    [['provider = "azure"'], /"common" accepts every tenant.*entra_id_allowed_tenants$/],
    [
      ['cookie_domains = [".example.org"]'],
      /^oauth2-proxy.cfg:5: cookie_domains: "example.org" does not contain auth.example.com/,
    ],
    [
      ['authenticated_emails_file = "nowhere"'],
      /^oauth2-proxy.cfg:5: authenticated_emails_file: "nowhere" cannot be read/,
    ],
    [['session_store_type = "redis"'], /storage.url\): is missing/],
    [
      ["skip_jwt_bearer_tokens = true", 'extra_jwt_issuers = ["https://ci.example.com"]'],
      /^oauth2-proxy.cfg:6: extra_jwt_issuers: .* is not of the form issuer=audience$/,
    ],
    [
      ['google_groups = ["eng@example.com"]'],
      /^oauth2-proxy.cfg:5: google_groups: needs google_admin_email/,
    ],
  ])("%j is reported with its line", (lines, problem) => {
    const { yaml, problems } = imported(withLeast(...lines));

    expect(yaml).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  it("reports every problem at once, without secrets", () => {
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

  it("reports a value that only compose can resolve", () => {
    const text =
      "services:\n  oauth2-proxy:\n    environment:\n      OAUTH2_PROXY_CLIENT_ID: ${ID}\n      OAUTH2_PROXY_EMAIL_DOMAINS: example.com\n";

    const { problems } = imported(text, { name: "compose.yaml" });

    expect(problems.join("\n")).toMatch(
      /^compose.yaml:4: OAUTH2_PROXY_CLIENT_ID: contains a variable/m,
    );
  });
});
