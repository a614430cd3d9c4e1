import { describe, expect, it } from "vitest";
import { providers } from "../../providers/registry.ts";
import { ConfigError } from "../../server/config/faults.ts";
import { configOf } from "../peers/doorward.ts";

/** The fault of a provider without an issuer. */
function faultOf(type: string): string | undefined {
  const providersOfIt = { company: { type, clientId: "door" } };
  try {
    configOf({
      url: "https://auth.example.com",
      providers: providersOfIt,
      access: { anyone: true },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.find(({ path }) => path === "providers.company.issuer")?.message;
  }
}

describe("an issuer that is left out", () => {
  it.each([
    ["adfs", "such as https://adfs.example.com/adfs"],
    ["auth0", "`https://TENANT.REGION.auth0.com/`; such as https://acme.eu.auth0.com/"],
    ["authentik", "`https://HOST/application/o/SLUG/`; such as"],
    ["azure", "`https://sts.windows.net/TENANT-ID/`"],
    ["cidaas", "such as https://example.cidaas.de"],
    ["cognito", "`https://cognito-idp.REGION.amazonaws.com/POOL`; such as"],
    ["entra-id", "`https://login.microsoftonline.com/TENANT-ID/v2.0`"],
    ["forgejo", "`https://HOST/`; such as https://code.example.com/"],
    ["kanidm", "`https://HOST/oauth2/openid/CLIENT`"],
    ["keycloak", "`https://HOST/realms/REALM`; such as https://keycloak.example.com/realms/staff"],
    ["nextcloud", "such as https://cloud.example.com"],
    ["oidc", "such as https://id.example.com"],
    ["okta", "`https://ORG.okta.com/oauth2/SERVER`"],
  ])("for %s is reported with the usual form", (kind, words) => {
    expect(faultOf(kind)).toContain(words);
  });

  it("is reported for exactly the kinds without a default issuer", () => {
    const kinds = [...providers.values()];

    const missing = kinds.filter(({ kind }) => faultOf(kind) !== undefined);

    expect(missing).toEqual(kinds.filter(({ issuer }) => issuer === undefined));
  });
});

describe("the usual shape of an issuer", () => {
  const shaped = [...providers.values()].flatMap(({ kind, issuerShape, issuerExample = "" }) =>
    issuerShape?.pattern === undefined ? [] : [[kind, issuerShape.pattern, issuerExample] as const],
  );

  it.each(shaped)("of %s is %s, which matches %s", (_, pattern, example) => {
    expect(example).toMatch(pattern);
  });

  it.each([
    ["auth0", "https://acme.eu.auth0.com"],
    ["authentik", "https://id.example.com/application/o/doorward"],
    ["authentik", "https://id.example.com/"],
    ["cognito", "https://acme.auth.eu-central-1.amazoncognito.com"],
    ["entra-id", "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555"],
    ["forgejo", "https://code.example.com"],
    ["kanidm", "https://idm.example.com"],
    ["keycloak", "https://keycloak.example.com"],
    ["keycloak", "https://keycloak.example.com/realms/main/"],
    ["okta", "https://acme-admin.okta.com"],
    ["okta", "https://acme.okta.com/"],
    ["pocket-id", "https://id.example.com/"],
    ["zitadel", "https://acme.zitadel.cloud/"],
  ])("of %s does not match the common mistake %s", (kind, written) => {
    expect(written).not.toMatch(providers.get(kind)?.issuerShape?.pattern ?? /^/);
  });
});
