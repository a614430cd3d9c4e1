import { beforeAll, describe, expect, inject, it } from "vitest";
import { lines } from "../../peers/findings.ts";
import { Realm } from "../../peers/keycloak.ts";

const secret = "the secret of the client door";
const uri = "https://auth.example.com/callback";
const realm = new Realm(inject("keycloak"), "one");
const clients: Record<string, Record<string, unknown>> = {
  door: { attributes: { "post.logout.redirect.uris": "https://auth.example.com/sign_out" } },
  off: { enabled: false },
  jwt: { clientAuthenticatorType: "client-secret-jwt" },
  noflow: { standardFlowEnabled: false, serviceAccountsEnabled: true },
  other: { redirectUris: ["https://other.example.com/callback"] },
  bearer: { bearerOnly: true },
  public: { publicClient: true },
  pushed: { attributes: { "require.pushed.authorization.requests": "true" } },
};

beforeAll(async () => {
  for (const [clientId, settings] of Object.entries(clients))
    await realm.addClient({
      clientId: `check-${clientId}`,
      secret,
      redirectUris: [uri],
      ...settings,
    });
  // The first requests of a Keycloak are slow, and `check` waits for four seconds.
  await findingsOf({});
}, 180_000);

/** The findings about the realm that are not ok, and those about the client and its addresses. */
async function findingsOf(
  settings: Record<string, unknown>,
  general: Record<string, unknown> = {},
): Promise<string[]> {
  const company = {
    type: "keycloak",
    issuer: realm.issuer,
    clientSecret: secret,
    ...settings,
    clientId: `check-${settings.clientId ?? "door"}`,
  };
  const all = await lines({ providers: { company }, storage: { driver: "memory" }, ...general });
  return all
    .filter((line) => line.includes(" provider company: "))
    .filter((line) => !line.startsWith("ok ") || /endpoint accepts|issuer accepts/.test(line))
    .map((line) => line.replace("provider company: ", ""));
}

const rightClient =
  "ok client authentication: the token endpoint accepts clientId and clientSecret (client_secret_basic)";
const rightUri = `ok the issuer accepts ${uri}`;

describe("check at a realm of Keycloak", () => {
  it.each(["door", "pushed"])("accepts a right set-up of the client %s", async (clientId) => {
    expect(await findingsOf({ clientId })).toEqual([rightClient, rightUri]);
  });

  it.each<[string, Record<string, unknown>, (string | RegExp)[]]>([
    [
      "a wrong secret",
      { clientSecret: "wrong" },
      [
        /^fault client authentication: .*\(401 "unauthorized_client Invalid client or/,
        /^ok the issuer/,
      ],
    ],
    [
      "no secret",
      { clientSecret: undefined },
      [/^fault client authentication: .*: set clientSecret/, /^ok the issuer accepts/],
    ],
    [
      "client_secret_jwt",
      { clientId: "jwt" },
      [/^fault client authentication: .* has to sign assertions/, /^ok the issuer accepts/],
    ],
    [
      "a disabled client",
      { clientId: "off" },
      [/^fault clientId: this client is disabled at http.*: enable it there/],
    ],
    ["an unknown client", { clientId: "dor" }, [/^fault clientId: .* does not know this client/]],
    [
      "no standard flow",
      { clientId: "noflow" },
      [/^ok client authentication/, /^fault .*"unauthorized_client .*: enable .*Standard flow/],
    ],
    [
      "a bearer-only client",
      { clientId: "bearer" },
      [/^fault client authentication: .*Bearer-only not allowed/, /^unknown not known whether/],
    ],
    [
      "a redirect URI that is not registered",
      { clientId: "other" },
      [/^ok client authentication/, /^fault the issuer does not accept the redirect URI/],
    ],
    [
      "an unknown scope",
      { scope: "openid nonsense" },
      [/^ok client authentication/, /^fault .*"invalid_scope Invalid scopes: openid nonsense"/],
    ],
    [
      "an unknown scope in required pushed requests",
      { clientId: "pushed", scope: "openid nonsense" },
      [/^ok client authentication/, /^fault .*"invalid_request Invalid scopes: openid nonsense"/],
    ],
    [
      "a public client with a secret",
      { clientId: "public" },
      [/^unknown client authentication: not known whether/, /^ok the issuer accepts/],
    ],
    [
      "an offline session",
      { scope: "openid offline_access" },
      [/^warning offline_access is requested, but/, /^ok client/, /^ok the issuer accepts/],
    ],
    [
      "the kind oidc",
      { type: "oidc" },
      [/^warning this issuer is Keycloak: set `type: keycloak`/, /^ok client/, /^ok the issuer/],
    ],
  ])("reports %s with the fix", async (_, settings, expected) => {
    const found = await findingsOf(settings);

    expect(found).toEqual(expected.map((words) => expect.stringMatching(words)));
  });

  it.each([
    ["door", "ok the issuer accepts the post-logout redirect URI"],
    ["other", "fault the issuer does not accept the post-logout redirect URI"],
  ])("tests the post-logout redirect URI of the client %s", async (clientId, words) => {
    const found = await findingsOf({ clientId }, { signOut: "issuer" });

    expect(found.at(-1)).toContain(words);
  });
});
