import { onlyWithScope } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** authentik, where each application has its own issuer, with a trailing slash. */
export const authentik = openid({
  kind: "authentik",
  label: "authentik",
  mark: { colour: "#b83a1f", letters: "ak" },
  issuerExample: "https://id.example.com/application/o/doorward/",
  issuerShape: {
    written: "`https://HOST/application/o/SLUG/`",
    pattern: /\/application\/o\/[^/]+\/$/,
  },
  scope: "openid email profile",
  accountPrompt: "login",
  offlineAccess: onlyWithScope("authentik", "since 2024.2"),
  guide: {
    register: "authentik's admin interface, Applications → Create with Provider → OAuth2/OpenID",
    permissions:
      "a confidential client with a signing key, and the scope mappings openid, email, profile and offline_access",
    groups: "the claim `groups`, which the scope mapping profile includes",
    emails: "unverified",
    notes: [
      "Since 2025.10 the scope mapping email sends `email_verified: false`. If your accounts' addresses are verified, give the provider a custom mapping for the scope email that sends true.",
    ],
  },
});
