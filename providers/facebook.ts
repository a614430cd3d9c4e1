import { text } from "./claims.ts";
import type { Provider } from "./provider.ts";

const graph = "https://graph.facebook.com/v25.0";

/** Facebook. It never marks an address as verified, so an address requires `trustEmail`. */
export const facebook: Provider = {
  kind: "facebook",
  label: "Facebook",
  mark: { colour: "#0b63c5", letters: "f" },
  issuer: "https://www.facebook.com",
  isOAuthOnly: true,
  scope: "public_profile email",
  clientAuthentication: "client_secret_post",
  grantErrors: ["100"], // a used, expired or unknown code
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
      "Restrict `access` by `subjects`. The ids are specific to your app: another app has different ids for the same users.",
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
