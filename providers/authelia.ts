import { onlyWithScope } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Authelia, whose ID token contains only the subject; everything else is at its userinfo endpoint. */
export const authelia = openid({
  kind: "authelia",
  label: "Authelia",
  mark: { colour: "#1f4fb5", letters: "Au" },
  issuerExample: "https://auth.example.com",
  issuerShape: { written: "`https://HOST`, without a trailing slash", pattern: /[^/]$/ },
  scope: "openid email profile groups",
  accountPrompt: "login",
  offlineAccess: onlyWithScope("Authelia"),
  guide: {
    register: "Authelia's configuration, `identity_providers.oidc.clients`",
    permissions:
      "the scopes openid, email, profile, groups and offline_access, and the grants authorization_code and refresh_token",
    groups: "the claim `groups`, with the scope groups",
    emails: "verified",
    notes: ["Authelia marks every address in its directory as verified."],
  },
});
