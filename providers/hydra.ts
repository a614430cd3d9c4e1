import { onlyWithScope } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Ory Hydra and the Ory Network: the login and consent app provides users and their claims. */
export const hydra = openid({
  kind: "hydra",
  label: "Ory Hydra",
  mark: { colour: "#463ac2", letters: "Hy" },
  issuerExample: "https://hydra.example.com",
  issuerShape: {
    written: "exactly the `urls.self.issuer` in Hydra's configuration, including a trailing slash",
  },
  scope: "openid email profile",
  accountPrompt: "login",
  offlineAccess: onlyWithScope("Hydra", "or with its older name `offline`"),
  guide: {
    register: "`hydra create oauth2-client`, or the console of the Ory Network",
    permissions:
      "the scopes openid, email, profile and offline_access, the grants authorization_code and refresh_token, the response type code",
    groups: "the claim `groups`, if your consent app adds it to `session.id_token`",
    emails: "verified",
    notes: [
      "Hydra sends the claims of the consent app. If the app sends no `email_verified`, set `trustEmail: true`.",
    ],
  },
});
