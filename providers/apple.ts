import { identify, openid } from "./openid.ts";
import type { Provider } from "./provider.ts";

/** Apple Accounts. The name comes once, unsigned, in the browser's own POST, so it is not asked for. */
export const apple: Provider = {
  ...openid({
    kind: "apple",
    label: "Apple",
    issuer: "https://appleid.apple.com",
    scope: "openid email",
    responseMode: "form_post", // Apple insists, as soon as an address is asked for
    clientSecretFromKey: true,
    hasUserinfo: false,
    guide: {
      register:
        "developer.apple.com/account → Certificates, Identifiers & Profiles: an App ID, a Services ID for the redirect URI, and a key for Sign in with Apple",
      permissions: "Sign in with Apple on the Services ID; the redirect URI must be https",
      emails: "verified",
      renewal: "refresh token",
      example: {
        clientSecret: undefined,
        clientKeyFile: "/etc/doorward/AuthKey.p8",
        clientKeyId: "…",
        clientTeamId: "…",
      },
      notes: [
        "Apple's client secret is a JWT that the key signs: doorward makes it anew for each request.",
        "People may hide their address: then it is one of privaterelay.appleid.com, which no `domains` of yours matches.",
        "Apple may slow down whoever asks about a person more than once a day: `session.refresh: 1d` suits it.",
      ],
    },
  }),
  identify: (answers, options) =>
    identify({ ...answers, idToken: spelt(answers.idToken) }, options),
};

/** Apple documents `email_verified` as a boolean or as the same in a string. */
function spelt<Token extends { readonly email_verified?: unknown }>(idToken: Token): Token {
  return idToken.email_verified === "true" ? { ...idToken, email_verified: true } : idToken;
}
