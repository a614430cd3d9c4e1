import { withEveryCode } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Forgejo, whose issuer is its ROOT_URL with the trailing slash. */
export const forgejo = openid({
  kind: "forgejo",
  label: "Forgejo",
  mark: { colour: "#a83512", letters: "Fj" },
  issuerExample: "https://code.example.com/",
  issuerShape: { written: "`https://HOST/`", pattern: /\/$/ },
  scope: "openid email profile groups",
  offlineAccess: withEveryCode("Forgejo"),
  guide: {
    register: "Forgejo's Site administration → Integrations → Applications",
    permissions: "a confidential client",
    groups:
      "organisations as `org`, teams as `org:team`: the claim `groups`, with the scope groups",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "Forgejo's tokens have no scopes: each has all permissions of its user. Do not pass `accessToken` on to apps.",
      "Forgejo marks the address of every active account as verified.",
    ],
  },
});
