import { withEveryCode } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Twitch sends only claims that are requested by name (OpenID Connect Core §5.5). */
const wanted = { email: null, email_verified: null, preferred_username: null };

/** Accounts of Twitch. It has its own `force_verify` instead of `prompt`. */
export const twitch = openid({
  kind: "twitch",
  label: "Twitch",
  mark: { colour: "#6f35c9", letters: "Tw" },
  issuer: "https://id.twitch.tv/oauth2",
  scope: "openid user:read:email",
  authorization: { claims: JSON.stringify({ id_token: wanted, userinfo: wanted }) },
  grantErrors: ["Invalid authorization code", "Invalid refresh token"],
  offlineAccess: withEveryCode("Twitch"),
  guide: {
    register: "dev.twitch.tv/console/apps → Register Your Application, client type Confidential",
    permissions: "the scopes openid and user:read:email",
    emails: "verified",
    renewal: "refresh token",
  },
});
