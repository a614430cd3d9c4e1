import type { Section } from "./setting.ts";

export const authorization: Section = {
  title: "Authorization parameters",
  at: ["providers.NAME.authorization"],
  introduction:
    "In `authorization` of a provider: parameters that doorward adds to the authorization request. Every value is text.",
  settings: {
    access_type: {
      text: "Google: `offline` requests a refresh token.",
      example: "offline",
    },
    acr_values: {
      text: "The authentication context classes to request, separated by spaces.",
      example: "mfa",
    },
    approval_prompt: {
      text: "The old name of `prompt` at Google, which some services still use.",
      example: "force",
    },
    audience: {
      text: "Auth0, ZITADEL: the API that the access token is for.",
      example: "https://api.example.com",
    },
    claims: {
      text: "Single claims to request, as JSON, for issuers that send them only on request (OpenID Connect Core §5.5).",
      example: '{"userinfo":{"groups":null}}',
    },
    claims_locales: {
      text: "The preferred languages of claims, separated by spaces.",
      example: "de en",
    },
    connection: {
      text: "Auth0: the upstream source of accounts.",
      example: "github",
    },
    display: {
      text: "How the issuer displays its pages: `page`, `popup`, `touch` or `wap`.",
      example: "page",
    },
    domain_hint: {
      text: "Microsoft: the domain of the accounts.",
      example: "example.com",
    },
    hd: {
      text: "Google: the domain of the accounts that it offers; it restricts no one.",
      example: "example.com",
    },
    identity_provider: {
      text: "Amazon Cognito: the upstream source of accounts.",
      example: "Google",
    },
    idp: {
      text: "Okta: the upstream source of accounts.",
      example: "0oa62bfdiumsUndnZ0h7",
    },
    include_granted_scopes: {
      text: "Google: `true` keeps the scopes that were granted earlier.",
      example: "true",
    },
    kc_idp_hint: {
      text: "Keycloak: the upstream source of accounts.",
      example: "github",
    },
    login_hint: {
      text: "The account that the issuer preselects.",
      example: "ada@example.com",
    },
    max_age: {
      text: "The maximum age of the issuer's own session, in seconds.",
      example: "3600",
    },
    organization: {
      text: "Auth0: the organization of the accounts.",
      example: "org_example",
    },
    prompt: {
      text: "What the issuer always displays: `login`, `consent`, `select_account`.",
      example: "select_account",
    },
    resource: {
      text: "The resource that the access token is for (RFC 8707; also ADFS).",
      example: "https://api.example.com",
    },
    screen_hint: {
      text: "Auth0, WorkOS: whether to begin with signing in or signing up.",
      example: "signup",
    },
    team: {
      text: "Slack: the workspace.",
      example: "T0123456789",
    },
    ui_locales: {
      text: "The preferred languages of the issuer's pages, separated by spaces.",
      example: "de en",
    },
  },
};

const address = (path: string) => `https://id.example.com/${path}`;

export const endpoints: Section = {
  title: "Endpoints",
  at: ["providers.NAME.endpoints"],
  introduction:
    "In `endpoints` of a provider: addresses in addition to the issuer's metadata, or instead of it.",
  settings: {
    authorization: {
      text: "Where a sign-in begins.",
      example: address("authorize"),
    },
    token: {
      text: "Where doorward exchanges codes and refresh tokens.",
      example: address("token"),
    },
    userinfo: {
      text: "Where doorward reads claims with the access token.",
      example: address("userinfo"),
    },
    jwks: {
      text: "The issuer's public keys.",
      example: address("jwks"),
    },
    introspection: {
      text: "Where doorward asks about opaque tokens (RFC 7662).",
      example: address("introspect"),
    },
    revocation: {
      text: "Where doorward revokes tokens (RFC 7009).",
      example: address("revoke"),
    },
    endSession: {
      text: "Where `signOut: issuer` continues.",
      example: address("logout"),
    },
    pushedAuthorization: {
      text: "Where doorward pushes authorization requests (RFC 9126).",
      example: address("par"),
    },
    api: {
      text: "The base address of the provider's API; requests to the API go only there.",
      example: "https://api.example.com",
    },
  },
};
