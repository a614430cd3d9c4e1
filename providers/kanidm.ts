import { withEveryCode } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Kanidm, where each client has its own issuer. */
export const kanidm = openid({
  kind: "kanidm",
  label: "Kanidm",
  mark: { colour: "#85431e", letters: "Ka" },
  issuerExample: "https://idm.example.com/oauth2/openid/doorward",
  issuerShape: {
    written: "`https://HOST/oauth2/openid/CLIENT`",
    pattern: /\/oauth2\/openid\/[^/]+$/,
  },
  scope: "openid email profile groups",
  accountPrompt: "login",
  offlineAccess: withEveryCode("Kanidm"),
  guide: {
    register: "`kanidm system oauth2 create`, then `add-redirect-url`",
    permissions:
      "`update-scope-map` with openid email profile groups for the group whose members may sign in: Kanidm rejects users who lack one of the scopes",
    groups:
      "the claim `groups`, with the scope groups: it contains each group's UUID and `name@domain`",
    emails: "verified",
    renewal: "refresh token",
  },
});
