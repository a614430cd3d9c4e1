import { openid } from "./openid.ts";

/** It puts nothing into its answers but what is asked for by name (OpenID Connect Core §5.5). */
const wanted = { email: null, email_verified: null, preferred_username: null };

/** Accounts of Twitch. Its own `force_verify` takes the place of `prompt`. */
export const twitch = openid({
  kind: "twitch",
  label: "Twitch",
  issuer: "https://id.twitch.tv/oauth2",
  scope: "openid user:read:email",
  authorization: { claims: JSON.stringify({ id_token: wanted, userinfo: wanted }) },
  grantErrors: ["Invalid authorization code", "Invalid refresh token"],
  guide: {
    register: "dev.twitch.tv/console/apps → Register Your Application, client type Confidential",
    permissions: "the scopes openid and user:read:email",
    emails: "verified",
    renewal: "refresh token",
  },
});
