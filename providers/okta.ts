import { onlyWithScope } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Okta: a custom authorization server, or the organisation's own one. */
export const okta = openid({
  kind: "okta",
  label: "Okta",
  mark: { colour: "#00297a", letters: "O" },
  issuerExample: "https://acme.okta.com/oauth2/default",
  issuerShape: {
    written:
      "`https://ORG.okta.com/oauth2/SERVER`, or `https://ORG.okta.com` without API Access Management",
    // The console's own host, ORG-admin.okta.com, is not an issuer.
    pattern: /^https:\/\/(?![^/]*-admin\.okta)[^/]+(\/oauth2\/[^/]+)?$/,
  },
  scope: "openid email profile",
  accountPrompt: "login",
  offlineAccess: onlyWithScope("Okta"),
  guide: {
    register: "Okta's Admin Console, Applications → Create App Integration → OIDC, Web Application",
    permissions:
      "the grants Authorization Code and Refresh Token (Okta rejects `offline_access` without the latter), and the users or groups that may use the app",
    groups:
      "the claim `groups`, if the authorization server has a claim of that name: value type Groups, always included in the ID token, in any scope. The issuer `https://ORG.okta.com` requires `scope: openid email profile groups` and a groups claim on the app's Sign On page",
    emails: "verified",
    notes: [
      "Okta marks every primary address as verified, so an address is only as reliable as your process of creating accounts.",
    ],
  },
});
