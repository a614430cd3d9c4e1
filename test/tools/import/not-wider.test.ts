import { describe, expect, it } from "vitest";
import { imported, least } from "./importing.ts";

const withoutDomains = least.filter((line) => !line.startsWith("email_domains"));
const keycloak = [
  'provider = "keycloak-oidc"',
  'oidc_issuer_url = "https://kc.example.com/realms/a"',
];

function rulesAndAccess(...lines: string[]) {
  const { config, notes, problems } = imported([...withoutDomains, ...lines]);
  expect(problems).toEqual([]);
  return { access: config?.access, rules: config?.rules, notes: notes.join("\n") };
}

describe("an import of oauth2-proxy's configuration gives no more access", () => {
  it("with email_domains *: an address must be verified, alone and beside groups", () => {
    const alone = rulesAndAccess('email_domains = "*"');
    const beside = rulesAndAccess(
      'email_domains = ["*", "example.com"]',
      ...keycloak,
      'allowed_groups = ["/ops"]',
    );

    expect(alone.access).toEqual({ verified: true });
    expect(alone.notes).toMatch(
      /to do: email_domains: .* every account of the provider with a ver/,
    );
    expect(beside.access).toEqual({ all: [{ verified: true }, { groups: ["/ops"] }] });
  });

  it.each([
    ['email_domains = "example.com, example.org"', { domains: ["example.com"] }],
    ['email_domains = ["example.com "]', { domains: [] }],
    ['email_domains = " *"', { domains: [] }],
  ])("with blanks in %s", (line, access) => {
    const found = rulesAndAccess(line);

    expect(found.access).toEqual(access);
    expect(found.notes).toMatch(
      /different: email_domains: "[^"]*" is compared together with the bl/,
    );
  });

  it("with blanks in groups: no group is without them, and the demand stays", () => {
    const some = rulesAndAccess(
      'email_domains = "*"',
      ...keycloak,
      'allowed_groups = "/ops, /dev"',
    );
    const only = rulesAndAccess('email_domains = "*"', ...keycloak, 'allowed_groups = " /ops"');

    expect(some.access).toEqual({ all: [{ verified: true }, { groups: ["/ops", " /dev"] }] });
    expect(only.access).toEqual({ all: [{ verified: true }, { groups: [" /ops"] }] });
    expect(some.notes).toContain('allowed_groups: " /dev" is compared together with the blank');
  });

  it("with blanks in routes: such a route matched no request", () => {
    const found = rulesAndAccess(
      'email_domains = "example.com"',
      'skip_auth_routes = "GET=^/a/, POST=^/b/, ^/c/"',
    );

    expect(found.rules).toEqual([
      { path: "/a/*/**", methods: ["GET"], allow: "public" },
      { exactPath: "/a/", methods: ["GET"], allow: "public" },
    ]);
    expect(found.notes).toContain('skip_auth_routes: " POST=^/b/" is compared together with');
  });
});
