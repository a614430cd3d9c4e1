import { openid } from "./openid.ts";

/** Dex, which hands on what its connectors say. It knows no `prompt` that chooses an account. */
export const dex = openid({
  kind: "dex",
  label: "Dex",
  issuerExample: "https://dex.example.com",
  issuerShape: { written: "just what stands as `issuer` in Dex's configuration" },
  scope: "openid email profile groups",
  guide: {
    register: "Dex's configuration, `staticClients`, or its gRPC API",
    permissions: "nothing beyond the client; connectors may need a permission to read groups",
    groups:
      "the claim `groups`, of connectors that have groups (the LDAP, GitHub and GitLab ones do)",
    emails: "verified",
    notes: [
      "Connectors that cannot refresh, SAML among them, give no refresh token: then a session lives its lifetime.",
    ],
  },
});
