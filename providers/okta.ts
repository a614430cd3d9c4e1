import { openid } from "./openid.ts";

/** Okta: an authorization server of an organisation's own, or the organisation itself. */
export const okta = openid({
  kind: "okta",
  label: "Okta",
  issuerExample: "https://acme.okta.com/oauth2/default",
  issuerShape: {
    written:
      "`https://ORG.okta.com/oauth2/SERVER`, or `https://ORG.okta.com` without API Access Management",
    // The console's own host, ORG-admin.okta.com, issues nothing.
    pattern: /^https:\/\/(?![^/]*-admin\.okta)[^/]+(\/oauth2\/[^/]+)?$/,
  },
  scope: "openid email profile",
  accountPrompt: "login",
  guide: {
    register: "Okta's Admin Console, Applications → Create App Integration → OIDC, Web Application",
    permissions:
      "the grants Authorization Code and Refresh Token (Okta refuses `offline_access` without the latter), and the people or groups that may use the app",
    groups:
      "the claim `groups`, once the authorization server has a claim of that name: value type Groups, included in the ID token always, in any scope. With `https://ORG.okta.com` as the issuer it takes `scope: openid email profile groups` and a groups claim on the app's Sign On page",
    emails: "verified",
    notes: [
      "Okta calls every primary address verified, so an address is worth as much as your way of making accounts.",
    ],
  },
});
