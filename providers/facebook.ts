import { text } from "./claims.ts";
import type { Provider } from "./provider.ts";

const graph = "https://graph.facebook.com/v25.0";

/** Facebook. It does not say whether an address is verified, so one counts only where `trustEmail` says so. */
export const facebook: Provider = {
  kind: "facebook",
  label: "Facebook",
  issuer: "https://www.facebook.com",
  isOAuthOnly: true,
  scope: "public_profile email",
  clientAuthentication: "client_secret_post",
  grantErrors: ["100"], // of a code that is spent, too old or strange
  endpoints: () => ({
    authorization: "https://www.facebook.com/v25.0/dialog/oauth",
    token: `${graph}/oauth/access_token`,
    userinfo: `${graph}/me?fields=id,name,email`,
  }),
  guide: {
    register: "developers.facebook.com/apps → Create app → Facebook Login → Settings",
    permissions: "public_profile and email",
    emails: "unsaid",
    renewal: "access token",
    notes: [
      "Let people in by `subjects`. The ids are those of your app alone: another app has others for the same people.",
    ],
  },
  identify({ userinfo = {} }, { trustEmail }) {
    return {
      subject: text(userinfo.id) ?? "",
      email: trustEmail ? text(userinfo.email) : undefined,
      groups: [],
      name: text(userinfo.name),
      preferredUsername: undefined,
    };
  },
};
