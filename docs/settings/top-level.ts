import type { Section } from "./setting.ts";

export const topLevel: Section = {
  title: "Top level",
  at: [""],
  introduction: "The keys at the start of a line in `doorward.yaml`.",
  settings: {
    url: {
      text: "The public URL of doorward: https (http only on localhost), with or without a path.",
      example: "https://auth.example.com",
      required: "without `sites`",
    },
    hosts: {
      text: "The domains of your apps. With `url: https://{host}/_auth`, each host in them has a sign-in of its own; with `session.perHost`, a session of its own.",
      example: ["example.com"],
      page: "rules.md#one-site-for-many-hosts",
    },
    cookie: {
      text: "How far the session cookie reaches.",
      example: { domain: "example.com" },
    },
    sites: {
      text: "Several public URLs in one instance, instead of `url`, `hosts` and `cookie`.",
      example: [{ url: "https://auth.example.com" }, { url: "https://wiki.example.org/_auth" }],
      page: "rules.md#several-sites",
    },
    secret: {
      text: "32 or more random bytes, as `doorward secret` prints them, or a list of such secrets: doorward encrypts with the first and decrypts with any.",
      example: "…",
      page: "sessions.md#changing-the-secret",
      isSecret: true,
    },
    providers: {
      text: "The providers that visitors sign in with, by names that you choose.",
      example: { google: { clientId: "doorward", clientSecret: "…" } },
      page: "providers.md",
    },
    access: {
      text: "Who has access where no rule decides.",
      example: { domains: ["example.com"] },
      required: "unless there are rules, or every site has its own",
      page: "rules.md",
    },
    rules: {
      text: "Exceptions from `access`: the first rule that matches a request decides.",
      example: [{ host: "status.example.com", allow: "public" }],
      page: "rules.md",
    },
    users: {
      text: "The path of an htpasswd file with bcrypt or argon2id hashes, for rules with `basic`.",
      example: "/etc/doorward/users.htpasswd",
      page: "rules.md#tokens-and-passwords",
    },
    session: {
      text: "How long sessions last.",
      example: { lifetime: "7d", idle: "1d" },
      page: "sessions.md",
    },
    storage: {
      text: "Where sessions are stored.",
      example: { driver: "fs-lite", base: "./data" },
      page: "storage.md",
    },
    replicas: {
      text: "Whether several instances run, which requires a `storage` that they share.",
      example: true,
      page: "storage.md",
    },
    signOut: {
      text: "Whether `/sign_out` ends the session at doorward only (`local`), or continues to the issuer's own sign-out (`issuer`).",
      example: "issuer",
      page: "sessions.md#how-a-session-ends",
    },
    headers: {
      text: "The identity headers that apps receive, each with its source: `subject`, `email`, `groups`, `name`, `preferredUsername`, `issuer`, `provider`, `claims.PATH`, `accessToken`, `idToken`, `Bearer accessToken` or `Bearer idToken`.",
      example: { "Remote-User": "preferredUsername", "Remote-Email": "email" },
    },
    assertion: {
      text: "A header with a signed statement of who sends the request, for apps that can verify it; `{}` uses the defaults.",
      example: { header: "X-Doorward-Assertion" },
      unset: "apps get no such header",
      page: "assertion.md",
    },
    allowedRedirects: {
      text: "Return targets outside your own hosts: `example.org`, `.example.org` (with subdomains), `host:3000` or `host:*`.",
      example: [".example.org", "localhost:3000"],
    },
    trustedProxies: {
      text: "The proxies that may call `/verify`: `loopback`, `private`, addresses and subnets; `anyone` alone trusts every client.",
      example: ["loopback", "10.1.0.0/16"],
    },
    dialect: {
      text: "The only form of a proxy's requests that `/verify` accepts.",
      example: "forwarded",
      unset: "any; conflicting ones are refused",
    },
    compat: {
      text: "Also answers at the paths of oauth2-proxy, for proxies that still use them.",
      example: "oauth2-proxy",
      page: "migrate.md",
    },
    skipProviderButton: {
      text: "With `compat`, whether `/oauth2/sign_in` starts a sign-in at once, without a page.",
      example: true,
      page: "migrate.md",
    },
    pages: {
      text: "What visitors see of the people who run the site.",
      example: { name: "Example Company" },
      page: "pages.md",
    },
    admin: {
      text: "A second listener with `/healthz`, `/readyz`, `/metrics` and, with `assertion`, `/.well-known/jwks.json`.",
      example: { port: 9180 },
      page: "metrics.md",
    },
    listen: {
      text: "Where doorward listens.",
      example: { host: "127.0.0.1", port: 4180 },
    },
    log: {
      text: "What doorward logs, and how.",
      example: { level: "info", format: "json" },
      page: "events.md",
    },
  },
};
