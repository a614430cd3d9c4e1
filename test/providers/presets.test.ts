import { generateKeyPairSync } from "node:crypto";
import type { Configuration } from "oidc-provider";
import { afterEach, expect, it } from "vitest";
import { startIssuer } from "../../demo/issuer.ts";
import { Browser, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";

const client = { clientId: "door", clientSecret: "the door's own secret at its issuer" };
const verified = { email: "ada@example.com", email_verified: true };
const unsaid = { email: "ada@example.com" };

let closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  closing = [];
});

/** oidc-provider configured like a kind of provider. */
interface Preset {
  /** The issuer's path. */
  readonly path?: string;
  /** The claims of Ada. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The claims of each scope. */
  readonly scopes?: Readonly<Record<string, string[]>>;
  /** Whether the ID token contains the claims too, not only userinfo. */
  readonly isFat?: boolean;
  readonly issuer?: Configuration;
  /** The operator's settings beyond the client and the issuer. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Signs Ada in and returns doorward's response with her identity. */
async function signIn(kind: string, preset: Preset): Promise<HttpResponse> {
  const site = `http://localhost:${await freePort()}/_auth`;
  const issuer = await startIssuer({
    ...client,
    ...(preset.path !== undefined && { path: preset.path }),
    accounts: [{ id: "ada", claims: { name: "Ada Lovelace", ...preset.claims } }],
    redirectUris: [`${site}/callback`],
    configuration: {
      scopes: ["openid", "offline_access", "groups"],
      claims: {
        openid: ["sub"],
        email: ["email", "email_verified"],
        profile: ["name", "preferred_username"],
        groups: ["groups"],
        ...preset.scopes,
      },
      conformIdTokenClaims: preset.isFat !== true,
      ...preset.issuer,
    },
  });
  const provider = { type: kind, issuer: issuer.issuer, ...client, ...preset.settings };
  const doorward = await startDoorward(
    configOf({ url: site, providers: { company: provider }, access: { anyone: true } }),
  );
  closing.push(
    () => issuer.close(),
    () => doorward.close(),
  );
  const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
  await browser.signIn(`${site}/start`, "ada");
  return browser.ask(`${site}/start`, { headers: { Accept: "application/json" } });
}

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const elliptic = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256", kid: "two" };

/** Twitch sends only claims that are requested by name. */
const askedByName: Configuration = {
  features: { claimsParameter: { enabled: true }, devInteractions: { enabled: false } },
  loadExistingGrant: async ({ oidc: { client: asking, session, provider } }) => {
    if (asking === undefined || session?.accountId === undefined) return undefined;
    const { clientId } = asking;
    const grant = new provider.Grant({ clientId, accountId: session.accountId });
    grant.addOIDCScope("openid");
    grant.addOIDCClaims(["email", "email_verified", "preferred_username"]);
    await grant.save();
    return grant;
  },
};

const presets: [kind: string, preset: Preset, email: string | null, groups: string[]][] = [
  [
    "apple",
    {
      claims: { email: "ada@example.com", email_verified: "true" },
      issuer: { features: { userinfo: { enabled: false }, devInteractions: { enabled: false } } },
    },
    "ada@example.com",
    [],
  ],
  [
    "auth0",
    {
      path: "/",
      isFat: true,
      claims: { ...verified, "https://example.com/roles": ["ops"] },
      scopes: { openid: ["sub", "https://example.com/roles"] },
      settings: { groupsClaim: "https://example.com/roles" },
    },
    "ada@example.com",
    ["ops"],
  ],
  ["authelia", { claims: { ...verified, groups: ["ops"] } }, "ada@example.com", ["ops"]],
  [
    "authentik",
    {
      path: "/application/o/door/",
      isFat: true,
      claims: { email: "ada@example.com", email_verified: false, groups: ["ops"] },
      scopes: { profile: ["name", "preferred_username", "groups"] },
    },
    null,
    ["ops"],
  ],
  [
    "cognito",
    {
      path: "/eu-central-1_Ab12Cd34E",
      isFat: true,
      claims: { ...verified, "cognito:groups": ["ops"] },
      scopes: { openid: ["sub", "cognito:groups"] },
    },
    "ada@example.com",
    ["ops"],
  ],
  [
    "dex",
    { path: "/dex", isFat: true, claims: { ...verified, groups: ["acme:ops"] } },
    "ada@example.com",
    ["acme:ops"],
  ],
  [
    "forgejo",
    { path: "/", isFat: true, claims: { ...verified, groups: ["acme", "acme:ops"] } },
    "ada@example.com",
    ["acme", "acme:ops"],
  ],
  [
    "gitea",
    { isFat: true, claims: { ...verified, groups: ["acme", "acme:ops"] } },
    "ada@example.com",
    ["acme", "acme:ops"],
  ],
  [
    "hydra",
    {
      path: "/",
      isFat: true,
      claims: { ...unsaid, groups: ["ops"] },
      scopes: { openid: ["sub", "groups"] },
      settings: { trustEmail: true },
    },
    "ada@example.com",
    ["ops"],
  ],
  [
    "kanidm",
    {
      path: "/oauth2/openid/door",
      claims: { ...verified, groups: ["ops@idm.example.com"] },
      issuer: {
        jwks: { keys: [elliptic] },
        clientDefaults: { id_token_signed_response_alg: "ES256" },
      },
    },
    "ada@example.com",
    ["ops@idm.example.com"],
  ],
  [
    "linkedin",
    {
      path: "/oauth",
      claims: verified,
      issuer: {
        clientDefaults: { token_endpoint_auth_method: "client_secret_post" },
        pkce: { required: () => false },
      },
    },
    "ada@example.com",
    [],
  ],
  [
    "login.gov",
    {
      path: "/",
      claims: verified,
      issuer: { acrValues: ["urn:acr.login.gov:auth-only"] },
      settings: { authorization: { prompt: "login" } }, // oidc-provider does not support select_account
    },
    "ada@example.com",
    [],
  ],
  [
    "okta",
    {
      path: "/oauth2/default",
      isFat: true,
      claims: { ...verified, groups: ["Everyone", "ops"] },
      scopes: { openid: ["sub", "groups"] },
    },
    "ada@example.com",
    ["Everyone", "ops"],
  ],
  ["pocket-id", { claims: { ...unsaid, groups: ["ops"] } }, null, ["ops"]],
  [
    "slack",
    {
      isFat: true,
      claims: { ...verified, "https://slack.com/team_id": "T0123ABCD" },
      scopes: { openid: ["sub", "https://slack.com/team_id"] },
    },
    "ada@example.com",
    ["T0123ABCD"],
  ],
  ["twitch", { path: "/oauth2", claims: verified, issuer: askedByName }, "ada@example.com", []],
  [
    "zitadel",
    {
      claims: {
        ...verified,
        "urn:zitadel:iam:org:project:roles": { ops: { "28": "acme.zitadel.cloud" } },
      },
      scopes: { openid: ["sub", "urn:zitadel:iam:org:project:roles"] },
    },
    "ada@example.com",
    ["role:ops"],
  ],
];

it.each(presets)(
  "signs in at an issuer configured like %s",
  async (kind, preset, email, groups) => {
    const answer = await signIn(kind, preset);

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ user: "ada", email, groups });
  },
);
