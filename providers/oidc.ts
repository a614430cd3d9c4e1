import { openid } from "./openid.ts";

/** Any OpenID Connect issuer. */
export const oidc = openid({
  kind: "oidc",
  label: "OpenID Connect",
  issuerExample: "https://id.example.com",
  issuerShape: {
    written: "exactly the `issuer` in its metadata, with or without a trailing slash",
  },
  scope: "openid email profile",
  accountPrompt: "login", // OpenID Connect Core §3.1.2.1: every issuer must support it
  guide: {
    register: "your issuer, as a confidential client with the authorization code grant",
    permissions: "the scopes openid, email and profile, and offline_access if the issuer offers it",
    groups: "the claim `groups`, or the one in `groupsClaim`, in the ID token or at userinfo",
    emails: "verified",
    notes: ["For an issuer that sends no `email_verified`, set `trustEmail: true`."],
  },
});
