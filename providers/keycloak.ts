import { claimAt, type Claims, plainGroups, texts } from "./claims.ts";
import { identify } from "./openid.ts";
import type { Provider } from "./provider.ts";

/** A realm of Keycloak. Groups: its `groups` claim, `role:x` for the realm's roles and `role:client:x` for a client's. */
export const keycloak: Provider = {
  kind: "keycloak",
  label: "Keycloak",
  issuerExample: "https://keycloak.example.com/realms/staff",
  issuerShape: { written: "`https://HOST/realms/REALM`", pattern: /\/realms\/[^/]+$/ },
  scope: "openid email profile",
  isIssuer: isKeycloak,
  accountPrompt: "login",
  offlineAccess: {
    request: "nothing",
    because:
      "Keycloak sends a refresh token without it, and with it each sign-in opens an offline session, which a sign-out or a back-channel logout at Keycloak does not end",
  },
  readsAccessToken: true,
  tokenTypes: { Bearer: "access", ID: "id" }, // others are Refresh, Offline and Logout
  guide: {
    register:
      "the realm's admin console → Clients, of the type OpenID Connect, with client authentication on",
    permissions: "the client scopes basic, profile, email and roles, the defaults of a new client",
    groups:
      "`role:x` for the realm's roles and `role:client:x` for a client's, from the access token; and the claim `groups`, which requires a mapper of the type Group Membership",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "Lightweight access tokens contain no roles: turn them off for the client.",
      [
        "Access tokens of programs, on rules with `bearer`:",
        "",
        "- Keycloak's header says `typ: JWT` for every kind of token, so doorward also reads `typ` in the payload: `Bearer` is an access token. ID tokens need `bearer.idTokens`; refresh, offline and logout tokens are refused.",
        "- The audience is `account` at first. At the client that requests the tokens, Client scopes → NAME-dedicated → Add mapper → By configuration → Audience adds doorward's client, and nothing else is needed.",
        "- `audience: [account]` instead accepts the access tokens of every client of the realm, for whichever app they were issued.",
        '- For a realm of the type oidc, and in `bearer.issuers`, also switch on Advanced → Use "at+jwt" as access token header type at the client that requests the tokens.',
        "- Lightweight access tokens have neither a subject nor an audience, so they are refused.",
      ].join("\n"),
    ],
  },
  identify(answers, options) {
    const person = identify(answers, options);
    if (answers.accessToken === undefined) {
      const reason = "Keycloak sent no access token to read roles from";
      return { ...person, groups: [], groupsFault: { reason, isTransient: false } };
    }
    return { ...person, groups: [...plainGroups(person.groups), ...rolesIn(answers.accessToken)] };
  },
};

/** ForgeRock and PingAM have realms too, under `/oauth2/realms/`, and other endpoints. */
function isKeycloak(address: string): boolean {
  return (
    address.includes("/protocol/openid-connect/") ||
    (/\/realms\/[^/]+$/.test(address) && !address.includes("/oauth2/"))
  );
}

/** The scope `roles` adds roles to the access token, not to the ID token. */
function rolesIn(token: Claims): string[] {
  const clients = Object.entries(token.resource_access ?? {});
  return [
    ...texts(claimAt(token, "realm_access.roles")).map((role) => `role:${role}`),
    ...clients.flatMap(([client, access]) =>
      texts(claimAt(access, "roles")).map((role) => `role:${client}:${role}`),
    ),
  ];
}
