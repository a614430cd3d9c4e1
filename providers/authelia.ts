import { openid } from "./openid.ts";

/** Authelia, which tells everything but the subject at its userinfo endpoint alone. */
export const authelia = openid({
  kind: "authelia",
  label: "Authelia",
  issuerExample: "https://auth.example.com",
  issuerShape: { written: "`https://HOST`, without a slash at its end", pattern: /[^/]$/ },
  scope: "openid email profile groups",
  accountPrompt: "login",
  guide: {
    register: "Authelia's configuration, `identity_providers.oidc.clients`",
    permissions:
      "the scopes openid, email, profile, groups and offline_access, and the grants authorization_code and refresh_token",
    groups: "the claim `groups`, with the scope groups",
    emails: "verified",
    notes: ["Authelia calls every address verified that its directory holds."],
  },
});
