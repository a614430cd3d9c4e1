import { withEveryCode } from "./offline-access.ts";
import { identify, openid } from "./openid.ts";
import type { Provider } from "./provider.ts";

/** Apple Accounts. Apple sends the name only once, unsigned, in the browser's POST, so doorward does not request it. */
export const apple: Provider = {
  ...openid({
    kind: "apple",
    label: "Apple",
    mark: { colour: "#1d1d1f", letters: "A" },
    issuer: "https://appleid.apple.com",
    scope: "openid email",
    responseMode: "form_post", // Apple requires it with the scope email
    clientSecretFromKey: true,
    hasUserinfo: false,
    offlineAccess: withEveryCode("Apple"),
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
        "Apple's client secret is a JWT signed by the key: doorward creates a new one for each request.",
        "Users may hide their address: then it ends in privaterelay.appleid.com, which `domains` does not match.",
        "Apple may throttle more than one refresh per user and day: set `session.refresh: 1d`.",
      ],
    },
  }),
  identify: (answers, options) =>
    identify({ ...answers, idToken: spelt(answers.idToken) }, options),
};

/** Apple documents `email_verified` as a boolean or a string of one. */
function spelt<Token extends { readonly email_verified?: unknown }>(idToken: Token): Token {
  return idToken.email_verified === "true" ? { ...idToken, email_verified: true } : idToken;
}
