import { openid } from "./openid.ts";

/** Members of LinkedIn. */
export const linkedin = openid({
  kind: "linkedin",
  label: "LinkedIn",
  mark: { colour: "#0a5fb0", letters: "in" },
  issuer: "https://www.linkedin.com/oauth",
  scope: "openid email profile",
  clientAuthentication: "client_secret_post",
  isTiedByStateAlone: true,
  offlineAccess: {
    request: "nothing",
    because: "LinkedIn has no such scope, and sends refresh tokens to selected partners only",
  },
  guide: {
    register: "linkedin.com/developers/apps → Create app, then Auth for the redirect URI",
    permissions:
      "the product Sign In with LinkedIn using OpenID Connect, which includes the scopes openid, email and profile",
    emails: "verified",
    renewal: "access token",
    notes: [
      "LinkedIn supports no PKCE for clients with a secret and puts no nonce into ID tokens: only the secret and `state` protect against a stolen code.",
      "Anyone can create an account there: restrict `access` to addresses or subjects instead of `anyone`.",
    ],
  },
});
