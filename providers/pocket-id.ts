import { openid } from "./openid.ts";

/** Pocket ID, whose users sign in with passkeys only. */
export const pocketId = openid({
  kind: "pocket-id",
  label: "Pocket ID",
  mark: { colour: "#1f2937", letters: "P" },
  issuerExample: "https://id.example.com",
  issuerShape: { written: "`https://HOST`, the value of `APP_URL`", pattern: /[^/]$/ },
  scope: "openid email profile groups",
  accountPrompt: "login",
  offlineAccess: {
    request: "nothing",
    because:
      "Pocket ID sends a refresh token with every code, although its metadata lists the scope",
  },
  guide: {
    register: "Pocket ID's administration, OIDC Clients → Add",
    permissions: "the groups that may use the client, or no restriction",
    groups: "the claim `groups`, with the scope groups",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "An account's address is unverified until Pocket ID has verified it: turn on email verification, or restrict `access` by groups instead.",
    ],
  },
});
