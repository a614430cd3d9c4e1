import { openid } from "./openid.ts";

/** Ory Hydra and the Ory Network: people and their claims are the matter of the login and consent app. */
export const hydra = openid({
  kind: "hydra",
  label: "Ory Hydra",
  issuerExample: "https://hydra.example.com",
  issuerShape: {
    written:
      "just what stands as `urls.self.issuer` in Hydra's configuration, with its slash if it has one",
  },
  scope: "openid email profile",
  accountPrompt: "login",
  guide: {
    register: "`hydra create oauth2-client`, or the console of the Ory Network",
    permissions:
      "the scopes openid, email, profile and offline_access, the grants authorization_code and refresh_token, the response type code",
    groups: "the claim `groups`, if your consent app puts one into `session.id_token`",
    emails: "verified",
    notes: [
      "Hydra says of people what the consent app says. One that sends no `email_verified` needs `trustEmail: true` here.",
    ],
  },
});
