import { withEveryCode } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** User pools of Amazon Cognito. */
export const cognito = openid({
  kind: "cognito",
  label: "Amazon Cognito",
  mark: { colour: "#8a5a00", letters: "C" },
  issuerExample: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12Cd34E",
  issuerShape: {
    written: "`https://cognito-idp.REGION.amazonaws.com/POOL`",
    pattern: /^https:\/\/cognito-idp\.[^/]+\/[a-z0-9-]+_[^/]+$/,
  },
  scope: "openid email profile",
  groupsClaim: "cognito:groups",
  accountPrompt: "login",
  offlineAccess: withEveryCode("Amazon Cognito"),
  guide: {
    register: "the console of Amazon Cognito, User pools → your pool → App clients",
    permissions:
      "a client with a secret, the authorization code grant, and the scopes openid, email and profile; the pool needs a domain",
    groups: "the claim `cognito:groups`: the groups of the pool, without additional permissions",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "The issuer is the pool's address at cognito-idp, not the pool's own domain. Users from an external identity provider are unverified until you map its `email_verified`.",
    ],
  },
});
