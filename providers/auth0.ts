import { openid } from "./openid.ts";

/** Tenants of Auth0. Its issuers end in a slash. */
export const auth0 = openid({
  kind: "auth0",
  label: "Auth0",
  issuerExample: "https://acme.eu.auth0.com/",
  issuerShape: { written: "`https://TENANT.REGION.auth0.com/`", pattern: /\/$/ },
  scope: "openid email profile",
  accountPrompt: "login",
  guide: {
    register: "Auth0's dashboard, Applications → Create Application → Regular Web Application",
    permissions: "the grants Authorization Code and Refresh Token; no API",
    groups:
      "a claim that an Action of yours adds to the ID token, such as `https://example.com/roles`: name it in `groupsClaim`. Auth0 keeps the bare names `groups` and `roles` to itself",
    emails: "verified",
    notes: [
      "On a domain of your own the issuer is `https://login.example.com/`: the slash at its end stays.",
    ],
    example: { groupsClaim: "https://example.com/roles" },
  },
});
