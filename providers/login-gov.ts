import { openid } from "./openid.ts";

/** Login.gov of the United States. Clients use signed assertions or PKCE, not a secret, and get no refresh token. */
export const loginGov = openid({
  kind: "login.gov",
  label: "Login.gov",
  mark: { colour: "#112e51", letters: "LG" },
  issuer: "https://secure.login.gov/",
  scope: "openid email",
  // Login.gov requires a level of service: this one is an address, a password and a second factor.
  authorization: { acr_values: "urn:acr.login.gov:auth-only", prompt: "select_account" },
  accountPrompt: "select_account",
  assertionAudience: "token_endpoint",
  offlineAccess: {
    request: "nothing",
    because: "Login.gov has no such scope and sends no refresh tokens",
  },
  guide: {
    register: "Login.gov's Partner Portal, where agencies manage their applications",
    permissions:
      "the attribute email, the level auth-only, and PKCE or private_key_jwt for the client's authentication",
    emails: "verified",
    renewal: "none",
    example: { clientSecret: undefined, clientKeyFile: "/etc/doorward/client.pem" },
    notes: [
      "Login.gov has no client secrets. The key signs assertions (RSA). For a client registered for PKCE, leave `clientKeyFile` out.",
      "The sandbox is `issuer: https://idp.int.identitysandbox.gov/`. For verified identities set `authorization: { acr_values: urn:acr.login.gov:verified }`.",
    ],
  },
});
