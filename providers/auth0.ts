import { onlyWithScope } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Tenants of Auth0. Their issuers end in a slash. */
export const auth0 = openid({
  kind: "auth0",
  label: "Auth0",
  mark: { colour: "#b3401b", letters: "A0" },
  issuerExample: "https://acme.eu.auth0.com/",
  issuerShape: { written: "`https://TENANT.REGION.auth0.com/`", pattern: /\/$/ },
  scope: "openid email profile",
  accountPrompt: "login",
  offlineAccess: onlyWithScope("Auth0"),
  guide: {
    register: "Auth0's dashboard, Applications → Create Application → Regular Web Application",
    permissions: "the grants Authorization Code and Refresh Token; no API",
    groups:
      "a claim that your own Action adds to the ID token, such as `https://example.com/roles`: set `groupsClaim` to it. Auth0 reserves the plain names `groups` and `roles`",
    emails: "verified",
    notes: [
      "With a custom domain the issuer is `https://login.example.com/`, with the trailing slash.",
    ],
    example: { groupsClaim: "https://example.com/roles" },
  },
});
