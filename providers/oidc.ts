import { openid } from "./openid.ts";

/** Any OpenID Connect issuer, named by its address. */
export const oidc = openid({
  kind: "oidc",
  label: "OpenID Connect",
  issuerExample: "https://id.example.com",
  issuerShape: { written: "the issuer just as its metadata has it, slash or no slash" },
  scope: "openid email profile",
  accountPrompt: "login", // OpenID Connect Core §3.1.2.1: the one that every issuer must know
  guide: {
    register: "your issuer, as a confidential client with the authorization code grant",
    permissions: "the scopes openid, email and profile, and offline_access where it is offered",
    groups: "the claim `groups`, or whichever `groupsClaim` names, in the ID token or at userinfo",
    emails: "verified",
    notes: ["An issuer that sends no `email_verified` at all needs `trustEmail: true`."],
  },
});
