import { openid } from "./openid.ts";

/** Accounts of Google and of Google Workspace. */
export const google = openid({
  kind: "google",
  label: "Google",
  issuer: "https://accounts.google.com",
  scope: "openid email profile",
  revokesWholeGrant: true,
  accountPrompt: "select_account", // Google refuses `login`
});
