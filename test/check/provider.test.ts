import { describe, expect, it } from "vitest";
import { startIssuer } from "../../demo/issuer.ts";
import { check } from "../../server/check/check.ts";
import { configOf } from "../peers/doorward.ts";
import { lines } from "../peers/findings.ts";

/** The findings about one provider, without its name. */
async function findingsOf(
  provider: Record<string, unknown>,
  offered: string[] = ["openid"],
  path = "",
  settings: Record<string, unknown> = {},
) {
  const issuer = await startIssuer({
    accounts: [],
    path,
    clientId: "door",
    clientSecret: "secret",
    redirectUris: ["https://auth.example.com/callback"],
    configuration: { scopes: offered },
  });
  const client = { clientId: "door", clientSecret: "secret" };
  const company = { issuer: issuer.issuer, ...client, ...provider };
  const config = configOf({
    url: "https://auth.example.com",
    providers: { company },
    access: { anyone: true },
    ...settings,
  });
  const found = await check(config);
  await issuer.close();
  return found
    .filter(({ text }) => text.startsWith("provider company: "))
    .map(({ level, text }) => `${level === "ok" ? "" : `${level}: `}${text.slice(18)}`);
}

describe("a provider", () => {
  it("whose issuer is in another realm is a fault with URL, status and fix", async () => {
    const issuer = await startIssuer({
      accounts: [],
      path: "/realms/one",
      clientId: "door",
      clientSecret: "secret",
      redirectUris: [],
    });
    const wrong = issuer.issuer.replace("/one", "/two");
    const company = { type: "oidc", issuer: wrong, clientId: "door", clientSecret: "secret" };

    const found = await lines({ providers: { company } });
    await issuer.close();

    const address = `${wrong}/.well-known/openid-configuration`;
    expect(found).toContainEqual(
      expect.stringMatching(`^fault provider company: .*${address} returned 404.*compare \`issuer`),
    );
  });

  it("is reported with its redirect URI, scope, groups, renewal and emails", async () => {
    const found = await findingsOf({ type: "oidc" }, ["openid", "offline_access"]);

    expect(found).toEqual([
      expect.stringMatching(
        /^http:.*: discovered; redirect URIs to register there: https:\/\/auth\.example\.com\/callback$/,
      ),
      "requested scope: openid email profile offline_access",
      expect.stringContaining("groups: the claim `groups`"),
      expect.stringContaining("with a refresh token"),
      expect.stringContaining("if the provider marks it as verified"),
      "client authentication: the token endpoint accepts clientId and clientSecret (client_secret_basic)",
      "the issuer accepts https://auth.example.com/callback",
      expect.stringMatching(/^the clock of http:.* agrees with this machine's$/),
    ]);
  });

  it("is asked about the redirect URIs of the hosts that rules name, if the site has the host of the request", async () => {
    const open = { url: "https://{host}", hosts: ["example.com"] };
    const rules = [
      { host: ["auth.example.com", "wiki.example.com:8443"], allow: "signed-in" },
      { host: ["*.example.com", "auth.example.com"], path: "/x", allow: "signed-in" },
    ];

    const named = await findingsOf({ type: "oidc" }, undefined, "", { ...open, rules });
    const unnamed = await findingsOf({ type: "oidc" }, undefined, "", open);

    const every = "https://{host}/callback for every host, each in full, without a wildcard";
    expect(named[0]).toMatch(`register there: https://auth.example.com/callback, ${every}`);
    expect(named.filter((line) => line.includes("the issuer accepts"))).toEqual([
      "the issuer accepts https://auth.example.com/callback",
    ]);
    expect(unnamed[0]).toMatch(`register there: ${every}`);
    expect(unnamed).toContainEqual(expect.stringContaining("client authentication: the token"));
    expect(unnamed.filter((line) => /^(fault|warning)/.test(line))).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["sends no refresh token", { type: "oidc" }, "stays signed in for `session.lifetime`"],
    ["has a groups claim of the operator's", { type: "oidc", groupsClaim: "roles" }, "`roles`"],
    [
      "has groups in lists, at both places",
      { type: "oidc", groupsClaim: "groups[].name", groupsFrom: "both" },
      "groups: the claim `groups[].name`; those of the ID token and of userinfo together",
    ],
    ["has no groups", { type: "login.gov" }, "groups: none, this kind"],
    ["marks no address as verified", { type: "authentik" }, "marks every address as unverified"],
    ["has trustEmail", { type: "oidc", trustEmail: true }, "`trustEmail` is on"],
    [
      "has trustEmail: always",
      { type: "oidc", trustEmail: "always" },
      "warning: emails: with `trustEmail: always` an address is accepted even if",
    ],
    ["has an unusual issuer", { type: "auth0" }, "`https://TENANT.REGION.auth0.com/`"],
    ["has no discovery", { type: "github" }, "without discovery"],
  ])("that %s is reported as such", async (_, provider, words) => {
    const found = await findingsOf(provider);

    expect(found.filter((line) => line.includes(words))).toHaveLength(1);
    expect(found.filter((line) => line.startsWith("fault"))).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "is a Keycloak of the kind oidc",
      { type: "oidc" },
      "warning: this issuer is Keycloak: set `type: keycloak`",
    ],
    [
      "is a Keycloak with offline_access in the scope",
      { type: "keycloak", scope: "openid offline_access" },
      "warning: offline_access is requested, but Keycloak sends a refresh token without it, and with it",
    ],
    [
      "is a Keycloak with offlineAccess",
      { type: "oidc", offlineAccess: true },
      "does not end: remove `offlineAccess: true`",
    ],
    [
      "is a Keycloak of the kind keycloak",
      { type: "keycloak" },
      "the identity is refreshed from the provider every `session.refresh`, with a refresh token",
    ],
  ])("that %s is reported as such", async (_, provider, words) => {
    const found = await findingsOf(provider, ["openid", "offline_access"], "/realms/staff");

    expect(found.filter((line) => line.includes(words))).toHaveLength(1);
    expect(found.filter((line) => line.startsWith("warning: "))).toHaveLength(
      Number(provider.type === "oidc") +
        Number("scope" in provider || provider.offlineAccess === true),
    );
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      "a scope without offline_access",
      { type: "authelia", scope: "openid" },
      "warning: `scope` lacks offline_access, but Authelia sends a refresh token only with this scope: add it, or set `offlineAccess: false`",
    ],
    [
      "offlineAccess: false",
      { type: "oidc", offlineAccess: false },
      "`offlineAccess` is off, so unless the provider sends refresh tokens anyway",
    ],
    [
      "both",
      { type: "oidc", offlineAccess: false, scope: "openid" },
      "`offlineAccess` is off, so unless the provider sends refresh tokens anyway",
    ],
  ])("that offers offline_access, with %s, has the consequence", async (_, provider, words) => {
    const found = await findingsOf(provider, ["openid", "offline_access"]);

    expect(found.filter((line) => line.startsWith(words))).toHaveLength(1);
  });

  it("that is unreachable is a fault, with a hint about the usual issuer", async () => {
    const found = await findingsOf({
      type: "authentik",
      issuer: "http://127.0.0.1:1/application/o/door",
    });

    expect(found).toEqual([
      expect.stringMatching(/^fault: http:\/\/127\.0\.0\.1:1/),
      expect.stringContaining("https://HOST/application/o/SLUG/"),
    ]);
  });
});
