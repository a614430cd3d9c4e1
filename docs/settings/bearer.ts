import type { Section } from "./setting.ts";

export const bearer: Section = {
  title: "Bearer tokens",
  at: ["rules[].bearer"],
  introduction:
    "In `bearer` of a rule, instead of `true`. [rules.md](rules.md#tokens-and-passwords) describes the checks of tokens.",
  settings: {
    idTokens: {
      text: "Also accepts OpenID Connect ID tokens.",
      example: true,
    },
    introspection: {
      text: "Also accepts opaque tokens, by a request to their issuer (RFC 7662).",
      example: true,
    },
    scopes: {
      text: "The scopes that a token must have, all of them.",
      example: ["repo"],
    },
    issuers: {
      text: "Issuers of tokens in addition to the site's providers; with `metadata`, instead of them.",
      example: [{ issuer: "https://ci.example.com", audiences: ["doorward"] }],
    },
    metadata: {
      text: "Publishes where clients get tokens (RFC 9728), and accepts only tokens whose audience is the URL of this rule.",
      example: true,
      page: "tools.md",
    },
  },
};

export const tokenIssuers: Section = {
  title: "Token issuers",
  at: ["rules[].bearer.issuers[]"],
  introduction:
    "Each entry of `issuers` in `bearer` is an issuer that only that rule accepts tokens from.",
  settings: {
    issuer: {
      text: "The issuer, exactly as in its tokens.",
      example: "https://ci.example.com",
    },
    discovery: {
      text: "The address of the issuer's metadata document, or the address that it is under, if that is not the issuer.",
      example: "https://metadata.example.com",
      unset: "under `issuer`",
    },
    audiences: {
      text: "The audiences of which a token must have one. With `metadata`, they are accepted in addition to the URL of the rule.",
      required: "without `metadata`",
      example: ["doorward"],
    },
    algorithms: {
      text: "The signature algorithms that are accepted.",
      example: ["ES256"],
    },
    scopes: {
      text: "The scopes that a token of this issuer must have, in addition to those of `bearer`.",
      example: ["deploy"],
    },
    claims: {
      text: "The claims that a token must have, each with one of the values listed for it.",
      example: { project: ["wiki"] },
    },
    clientId: {
      text: "The id of doorward's client at this issuer, for introspection only.",
      example: "doorward",
    },
    clientSecret: {
      text: "The secret of that client.",
      example: "…",
    },
    emailClaim: {
      text: "The claim with the email address.",
      example: "mail",
    },
    groupsClaim: {
      text: "The path of the claim with the groups.",
      example: "groups[].name",
      page: "providers.md",
    },
    usernameClaim: {
      text: "The claim with the user name, for `preferredUsername` in `headers`.",
      example: "username",
    },
    trustEmail: {
      text: "Whether an email address counts in a token without `email_verified`.",
      example: true,
    },
  },
};
