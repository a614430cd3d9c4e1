import { identify } from "./openid.ts";
import type { Provider } from "./provider.ts";

/**
 * Members of LinkedIn. Its ID tokens leave out the nonce, so they could be anybody's of another sign-in; who it
 * is comes from userinfo, by the access token that the code was traded for.
 */
export const linkedin: Provider = {
  kind: "linkedin",
  label: "LinkedIn",
  issuer: "https://www.linkedin.com/oauth",
  isOAuthOnly: true,
  scope: "openid email profile",
  clientAuthentication: "client_secret_post",
  refusesPkce: true,
  endpoints: (issuer) => ({
    authorization: `${issuer}/v2/authorization`,
    token: `${issuer}/v2/accessToken`,
    userinfo: "https://api.linkedin.com/v2/userinfo",
  }),
  guide: {
    register: "linkedin.com/developers/apps → Create app, then Auth for the redirect URI",
    permissions:
      "the product Sign In with LinkedIn using OpenID Connect (scopes openid, email, profile)",
    emails: "verified",
    renewal: "access token",
    notes: [
      "LinkedIn takes no PKCE from confidential clients and puts no nonce into ID tokens, so a stolen code is held back by the client secret and `state` alone.",
      "Anybody can have an account there: let in addresses or subjects, not `anyone`.",
    ],
  },
  identify: ({ userinfo = {} }, options) =>
    identify({ idToken: userinfo, userinfo: undefined }, options),
};
