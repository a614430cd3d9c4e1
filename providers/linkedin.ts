import { openid } from "./openid.ts";

/** Members of LinkedIn. */
export const linkedin = openid({
  kind: "linkedin",
  label: "LinkedIn",
  issuer: "https://www.linkedin.com/oauth",
  scope: "openid email profile",
  clientAuthentication: "client_secret_post",
  isTiedByStateAlone: true,
  guide: {
    register: "linkedin.com/developers/apps → Create app, then Auth for the redirect URI",
    permissions:
      "the product Sign In with LinkedIn using OpenID Connect, which brings the scopes openid, email and profile",
    emails: "verified",
    renewal: "access token",
    notes: [
      "LinkedIn takes no PKCE from clients with a secret and puts no nonce into ID tokens: the secret and `state` alone hold a stolen code back.",
      "Anybody can have an account there: let in addresses or subjects, not `anyone`.",
    ],
  },
});
