import type { Section } from "./setting.ts";

export const providers: Section = {
  title: "Providers",
  at: ["providers.NAME"],
  introduction:
    "`NAME` is a name of your choice: 1 to 32 lower-case letters, digits and hyphens. [providers.md](providers.md) has a section for each kind of provider.",
  settings: {
    type: {
      text: "The kind of provider.",
      example: "oidc",
      unset: "the name of the provider",
      page: "providers.md",
    },
    issuer: {
      text: "The issuer, exactly as in its ID tokens.",
      example: "https://id.example.com",
      unset: "the issuer of the kind, if it has one",
    },
    discovery: {
      text: "The address of the issuer's metadata document, or the address that it is under, if that is not the issuer.",
      example: "https://tenant.example.com",
      unset: "under `issuer`",
    },
    scope: {
      text: "The scopes that doorward requests, separated by spaces; nothing is added to them.",
      example: "openid email profile groups",
      unset: "that of the kind",
      page: "providers.md",
    },
    offlineAccess: {
      text: "Whether doorward requests offline access, for a refresh token.",
      example: true,
      unset: "only if the issuer sends no refresh token without it",
      page: "providers.md",
    },
    label: {
      text: "The name of the provider on pages.",
      example: "Example Company",
      unset: "that of the kind, or `NAME`",
    },
    authorization: {
      text: "Additional parameters of the authorization request.",
      example: { hd: "example.com" },
    },
    endpoints: {
      text: "Addresses that the issuer's metadata lacks, or that replace those in it.",
      example: { userinfo: "https://id.example.com/userinfo" },
    },
    groupsClaim: {
      text: "The path of the claim with the groups.",
      example: "realm_access.roles",
      unset: "that of the kind, mostly `groups`",
      page: "providers.md",
    },
    groupsFrom: {
      text: "`either`: the groups of the ID token, or those of userinfo if the ID token has none; `both`: the groups of both.",
      example: "both",
      page: "providers.md",
    },
    emailClaim: {
      text: "The claim with the email address.",
      example: "mail",
      unset: "`email`, or another one of the kind",
    },
    usernameClaim: {
      text: "The claim with the user name, for `preferredUsername` in `headers`.",
      example: "nickname",
    },
    audience: {
      text: "The audiences of access tokens that rules with `bearer` accept, in addition to `clientId`.",
      example: ["https://api.example.com"],
      unset: "only `clientId`",
      page: "rules.md#tokens-and-passwords",
    },
    trustEmail: {
      text: "`true`: an email address counts in an account without `email_verified`; `always`: even with `email_verified: false`.",
      example: true,
      page: "providers.md",
    },
    repositories: {
      text: "GitHub and Bitbucket: users with write access to `owner/name` are in the group `repo:owner/name`.",
      example: ["example-org/site"],
      page: "providers.md#github",
    },
    projects: {
      text: "GitLab: members of `namespace/name` are in the group `project:namespace/name`; `=30` after it is the minimum access level (10 to 50), otherwise 20.",
      example: ["example-org/site=30"],
      page: "providers.md#gitlab",
    },
    tenants: {
      text: "Microsoft: the ids of the tenants that may sign in, for an issuer of many tenants.",
      example: ["11111111-2222-3333-4444-5555aaaabbbb"],
      page: "providers.md",
    },
    directory: {
      text: "Google Workspace: reads groups from its directory, with a service account.",
      example: { serviceAccountFile: "/etc/doorward/google.json", admin: "admin@example.com" },
      page: "providers.md#google",
    },
  },
};

export const directory: Section = {
  title: "Directory",
  at: ["providers.NAME.directory"],
  introduction: "In `directory` of a provider of the kind `google`.",
  settings: {
    serviceAccountFile: {
      text: "The path of the JSON key of a service account that may act on behalf of `admin`.",
      example: "/etc/doorward/google.json",
    },
    admin: {
      text: "The email address of an administrator of the directory.",
      example: "admin@example.com",
    },
    groups: {
      text: "The addresses of the only groups to check.",
      example: ["ops@example.com"],
      unset: "all groups of the user",
    },
  },
};
