import { openid } from "./openid.ts";

/** Accounts of Google and of Google Workspace. */
export const google = openid({
  kind: "google",
  label: "Google",
  issuer: "https://accounts.google.com",
  scope: "openid email profile",
  revokesWholeGrant: true,
  accountPrompt: "select_account", // Google refuses `login`
  guide: {
    register: "console.cloud.google.com → Google Auth Platform → Clients → Web application",
    permissions: "the scopes openid, email and profile, none of which Google has to review",
    emails: "verified",
  },
});
