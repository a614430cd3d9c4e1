import { onlyWithScope } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Dex, which forwards the claims of its connectors. It supports no `prompt` for choosing an account. */
export const dex = openid({
  kind: "dex",
  label: "Dex",
  mark: { colour: "#3e5a8c", letters: "dx" },
  issuerExample: "https://dex.example.com",
  issuerShape: { written: "exactly the `issuer` in Dex's configuration" },
  scope: "openid email profile groups",
  offlineAccess: onlyWithScope("Dex"),
  guide: {
    register: "Dex's configuration, `staticClients`, or its gRPC API",
    permissions: "only the client; connectors may require a permission to read groups",
    groups:
      "the claim `groups`, from connectors that support groups (such as LDAP, GitHub and GitLab)",
    emails: "verified",
    notes: [
      "Connectors that cannot refresh, such as SAML, send no refresh token: a session then lasts for `session.lifetime` without a refresh.",
    ],
  },
});
