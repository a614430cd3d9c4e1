import { claimAt, type Claims, plainGroups, texts } from "./claims.ts";
import { identify } from "./openid.ts";
import type { Person, Provider } from "./provider.ts";

/** A realm of Keycloak. Groups: its `groups` claim, `role:x` for the realm's roles and `role:client:x` for a client's. */
export const keycloak: Provider = {
  kind: "keycloak",
  label: "Keycloak",
  mark: { colour: "#33606b", letters: "KC" },
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
  accessTokenClaims: ["realm_access", "resource_access"],
  tokenTypes: { Bearer: "access", ID: "id" }, // others are Refresh, Offline and Logout
  guide: {
    register:
      "the realm's admin console → Clients, of the type OpenID Connect, with client authentication on",
    permissions: "the client scopes basic, profile, email and roles, the defaults of a new client",
    groups:
      "`role:x` for the realm's roles and `role:client:x` for a client's, from the access token; and the claim `groups`, which requires a mapper of the type Group Membership. The roles themselves are the claims `realm_access.roles` and `resource_access.CLIENT.roles`",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "Lightweight access tokens contain no roles: users sign in without groups, and the log has the reason. Turn them off for the client.",
      "Every account has the roles `offline_access`, `uma_authorization`, `default-roles-REALM` and those of the client `account`. Rules may name them, as `role:offline_access`. The groups header contains only those that `access` or a rule names; `headers: { X-Roles: claims.realm_access.roles }` sends all roles of the realm.",
      "Groups are compared as the mapper sends them. Leave its Full group path on: then they are `/a/dev` and `/b/dev`. Off, both are `dev`, and a person in either of them has the access of both.",
      [
        "Access tokens of programs, on rules with `bearer`:",
        "",
        "- Every kind of token of Keycloak has `typ: JWT` in its header, so doorward also reads `typ` in the payload: `Bearer` is an access token. ID tokens need `bearer.idTokens`; refresh, offline and logout tokens are refused.",
        "- The audience is `account` at first. At the client that requests the tokens, Client scopes → NAME-dedicated → Add mapper → By configuration → Audience adds doorward's client, and nothing else is needed.",
        "- `audience: [account]` instead accepts the access tokens of every client of the realm, for whichever app they were issued.",
        '- For a realm of the type oidc, and in `bearer.issuers`, also switch on Advanced → Use "at+jwt" as access token header type at the client that requests the tokens.',
        "- Lightweight access tokens have neither a subject nor an audience, so they are refused.",
      ].join("\n"),
    ],
  },
  identify(answers, options) {
    const person = identify(answers, options);
    const { accessToken: token } = answers;
    if (token?.sub === undefined) return withoutGroups(person, token);
    const roles = rolesIn(token);
    const groups = [...new Set([...plainGroups(person.groups), ...roles])];
    if (groups.length === 0 && !hasRoleClaims(token)) return withoutGroups(person, token);
    return { ...person, groups, defaultGroups: roles.filter((role) => defaultRole.test(role)) };
  },
};

/** ForgeRock and PingAM have realms too, under `/oauth2/realms/`, and other endpoints. */
function isKeycloak(address: string): boolean {
  return (
    address.includes("/protocol/openid-connect/") ||
    (/\/realms\/[^/]+$/.test(address) && !address.includes("/oauth2/"))
  );
}

/** The roles that Keycloak gives to every new account. */
const defaultRole = /^role:(offline_access$|uma_authorization$|default-roles-|account:)/;

function withoutGroups(person: Person, token: Claims | undefined): Person {
  const reason =
    token === undefined
      ? "Keycloak sent no access token to read roles from"
      : `Keycloak's access token contains ${token.sub === undefined ? "no subject (sub)" : "neither realm_access nor resource_access"}: turn off lightweight access tokens for the client, and add the client scopes basic and roles`;
  return { ...person, groups: [], groupsFault: { reason, isTransient: false } };
}

function hasRoleClaims(token: Claims): boolean {
  return token.realm_access !== undefined || token.resource_access !== undefined;
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
