import { openid } from "./openid.ts";

/** Forgejo, whose issuer is its ROOT_URL with the slash at its end. */
export const forgejo = openid({
  kind: "forgejo",
  label: "Forgejo",
  issuerExample: "https://code.example.com/",
  issuerShape: { written: "`https://HOST/`", pattern: /\/$/ },
  scope: "openid email profile groups",
  guide: {
    register: "Forgejo's Site administration → Integrations → Applications",
    permissions: "a confidential client",
    groups:
      "organisations as `org`, teams as `org:team`: the claim `groups`, with the scope groups",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "Forgejo has no scopes for its tokens: each may do whatever its person may. Do not pass `accessToken` on to apps.",
      "It calls the addresses of active accounts verified, all of them.",
    ],
  },
});
