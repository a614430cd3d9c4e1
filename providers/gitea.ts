import { withEveryCode } from "./offline-access.ts";
import { openid } from "./openid.ts";

/** Gitea. Before version 1.25, its issuer had a trailing slash. */
export const gitea = openid({
  kind: "gitea",
  label: "Gitea",
  mark: { colour: "#456c12", letters: "Gt" },
  issuerExample: "https://git.example.com",
  issuerShape: { written: "`https://HOST` (`https://HOST/` before Gitea 1.25)" },
  scope: "openid email profile groups",
  offlineAccess: withEveryCode("Gitea"),
  guide: {
    register:
      "Gitea's Site Administration → Integrations → Applications, or a user's Settings → Applications",
    permissions: "a confidential client; there are no other options",
    groups:
      "organisations as `org` and teams as `org:team`, from the claim `groups`, with the scope groups",
    emails: "verified",
    renewal: "refresh token",
    notes: ["Gitea marks the address of every active account as verified."],
  },
});
