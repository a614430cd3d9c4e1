import { describe, expect, it } from "vitest";
import { providers } from "../../providers/registry.ts";
import { createSite } from "../../server/config/site.ts";
import { authorizationUrl } from "../../server/sign-in/code-flow.ts";
import { scopeOf } from "../../server/sign-in/requested-scope.ts";
import { issuer, memoryParty, usualMetadata } from "../peers/memory-party.ts";

const offered = { ...usualMetadata, scopes_supported: ["openid", "offline_access"] };

/** The requested scope at an issuer with this metadata. */
function scope(settings: object = {}, { type = "oidc", metadata = {} } = {}): string {
  const party = memoryParty(async () => new Response(""), { type, settings });
  return scopeOf(party, { ...offered, ...metadata });
}

const keycloak = "https://sso.example.com/realms/staff";
const openidConnect = `${keycloak}/protocol/openid-connect`;

describe("the scope of an authorization request", () => {
  it("asks for offline access at an unknown issuer that offers it", () => {
    expect(scope()).toBe("openid email profile offline_access");
    expect(scope({}, { metadata: { scopes_supported: ["openid"] } })).toBe("openid email profile");
    expect(scope({}, { metadata: { scopes_supported: undefined } })).toBe("openid email profile");
  });

  it.each([
    ["openid email", ["openid", "offline_access"]],
    ["openid offline_access", ["openid", "offline_access"]],
    ["openid offline_access", ["openid"]],
  ])("is the written %j alone, whatever the issuer offers", (written, scopes_supported) => {
    for (const type of ["oidc", "auth0", "keycloak"]) {
      const settings = { scope: written, ...(type !== "oidc" && { issuer }) };
      expect(scope(settings, { type, metadata: { scopes_supported } })).toBe(written);
    }
  });

  it.each([true, false])("follows offlineAccess: %j at any issuer", (offlineAccess) => {
    const expected = offlineAccess ? "openid email profile offline_access" : "openid email profile";
    for (const type of ["oidc", "auth0", "keycloak", "gitlab"]) {
      const settings = { offlineAccess, ...(type !== "gitlab" && { issuer }) };
      expect(scope(settings, { type })).toBe(expected);
      expect(scope(settings, { type, metadata: { scopes_supported: undefined } })).toBe(expected);
    }
  });

  it.each([
    ["its issuer", { issuer: keycloak }, {}],
    ["its issuer under a path", { issuer: "https://example.com/auth/realms/a%20b" }, {}],
    ["its authorization endpoint", {}, { authorization_endpoint: `${openidConnect}/auth` }],
    ["its token endpoint", {}, { token_endpoint: `${openidConnect}/token` }],
  ])("has no offline access at a Keycloak of the kind oidc, by %s", (_, settings, metadata) => {
    expect(scope(settings, { metadata })).toBe("openid email profile");
  });

  it.each([
    "https://am.example.com/am/oauth2/realms/root/realms/alpha",
    "https://id.example.com/realms",
    "https://id.example.com/realms/staff/users",
  ])("has offline access at %s, which is no Keycloak", (other) => {
    expect(scope({ issuer: other })).toBe("openid email profile offline_access");
  });
});

describe("the preset of every kind with OpenID Connect", () => {
  const kinds = [...providers.values()].filter(({ isOAuthOnly }) => !isOAuthOnly);

  it.each(kinds.map((provider) => [provider.kind, provider]))(
    "%s has a reason for its request of offline access",
    (kind, { offlineAccess }) => {
      expect(offlineAccess === undefined).toBe(kind === "oidc");
      expect(offlineAccess?.because.length ?? 99).toBeGreaterThan(20);
    },
  );

  it.each([
    ["auth0", true],
    ["authelia", true],
    ["authentik", true],
    ["dex", true],
    ["entra-id", true],
    ["hydra", true],
    ["okta", true],
    ["zitadel", true],
    ["gitea", false],
    ["gitlab", false],
    ["kanidm", false],
    ["keycloak", false],
    ["pocket-id", false],
  ])("%s requests it only if it is needed for a refresh token", (type, isNeeded) => {
    const settings = type === "gitlab" ? {} : { issuer };

    expect(scope(settings, { type }).includes("offline_access")).toBe(isNeeded);
  });
});

describe("a provider that sends refresh tokens on request of a parameter", () => {
  const site = createSite({ url: "https://app.example.com", cookie: {}, access: { anyone: true } });
  const transaction = {
    state: "s",
    nonce: "n",
    codeVerifier: "v".repeat(43),
    stepUp: { maxAgeMs: undefined, acr: undefined },
  };

  async function parameters(settings: object) {
    const metadata = { ...offered, issuer: "https://accounts.google.com" };
    const party = memoryParty(async () => Response.json(metadata), { type: "google", settings });
    const url = await authorizationUrl(party, site, transaction, undefined);
    return Object.fromEntries(new URL(url).searchParams);
  }

  it.each([
    ["by default", {}, "offline", "consent"],
    ["with offlineAccess: true", { offlineAccess: true }, "offline", "consent"],
    ["with offlineAccess: false", { offlineAccess: false }, undefined, undefined],
    ["with a parameter", { authorization: { access_type: "online" } }, "online", "consent"],
  ])("gets it %s as configured, never the scope", async (_, settings, accessType, prompt) => {
    const sent = await parameters(settings);

    expect(sent.scope).toBe("openid email profile");
    expect([sent.access_type, sent.prompt]).toEqual([accessType, prompt]);
  });
});
