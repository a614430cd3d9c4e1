import { openid } from "./openid.ts";

/** Pocket ID, where people have passkeys alone. */
export const pocketId = openid({
  kind: "pocket-id",
  label: "Pocket ID",
  issuerExample: "https://id.example.com",
  issuerShape: { written: "`https://HOST`, as `APP_URL` has it", pattern: /[^/]$/ },
  scope: "openid email profile groups",
  accountPrompt: "login",
  guide: {
    register: "Pocket ID's administration, OIDC Clients → Add",
    permissions: "the groups that may use the client, or no restriction",
    groups: "the claim `groups`, with the scope groups",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "An account's address is unverified until Pocket ID has checked it: turn its email verification on, or let groups decide instead.",
    ],
  },
});
