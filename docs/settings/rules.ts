import type { Section } from "./setting.ts";

export const rules: Section = {
  title: "Rules",
  at: ["rules[]"],
  introduction:
    "Each entry of `rules` has conditions (`host` to `provider`), which must all match, and what follows. A condition takes one value or a list, of which one must match.",
  settings: {
    host: {
      text: "The host of the request: `app.example.com`, `app.example.com:8443`, or `*.example.com` for all subdomains; without a port, 443 (80 for http) is meant.",
      example: "app.example.com",
      page: "rules.md#conditions",
    },
    methods: {
      text: "The method of the request, in capitals.",
      example: ["GET", "HEAD"],
    },
    path: {
      text: "The path of the request, case-sensitive: `/a/b`, `/a/*` (one segment) or `/a/**` (`/a` and everything under it).",
      example: "/public/**",
      page: "rules.md#paths-that-servers-read-in-several-ways",
    },
    exactPath: {
      text: "The path exactly as the request has it, without the query: `/health` does not match `/health/`.",
      example: "/health",
      page: "rules.md#conditions",
    },
    query: {
      text: "A query parameter of the request: `name`, or `name=value`.",
      example: "format=rss",
    },
    ip: {
      text: "The visitor's address or subnet: the rightmost address in `X-Forwarded-For` that is not a trusted proxy.",
      example: "203.0.113.0/24",
      page: "rules.md#conditions",
    },
    provider: {
      text: "The name of the provider that the visitor signed in with.",
      example: "company",
    },
    deny: {
      text: "`true`: the rule denies every request.",
      example: true,
    },
    preflight: {
      text: "`allow`: CORS preflights pass without a session.",
      example: "allow",
      page: "rules.md#outcomes",
    },
    allow: {
      text: "Who has access: `public` (everyone, without a sign-in), `signed-in` (everyone who can sign in), or identities as in `access`.",
      example: { groups: ["ops"] },
      unset: "`access`",
      page: "rules.md#outcomes",
    },
    maxAge: {
      text: "The maximum age of the sign-in: after it, the visitor has to sign in again.",
      example: "15m",
      page: "rules.md#outcomes",
    },
    acr: {
      text: "The authentication context classes (`acr`) of which the sign-in must have one.",
      example: ["mfa"],
      page: "rules.md#outcomes",
    },
    bearer: {
      text: "In addition to sessions, accepts tokens: `true` for JWT access tokens of the site's own providers, or the settings under [Bearer tokens](#bearer-tokens).",
      example: true,
      page: "rules.md#tokens-and-passwords",
    },
    basic: {
      text: "`true`: in addition to sessions, accepts passwords from the file in `users`.",
      example: true,
      page: "rules.md#tokens-and-passwords",
    },
    label: {
      text: "What pages call the app, in 1 to 80 characters.",
      example: "Grafana",
      unset: "the host",
      page: "pages.md#the-apps-name",
    },
  },
};
