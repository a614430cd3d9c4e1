import { openid } from "./openid.ts";

/** Gitea. Its issuer had a slash at its end before version 1.25, and has none since. */
export const gitea = openid({
  kind: "gitea",
  label: "Gitea",
  issuerExample: "https://git.example.com",
  issuerShape: { written: "`https://HOST` (`https://HOST/` before Gitea 1.25)" },
  scope: "openid email profile groups",
  guide: {
    register:
      "Gitea's Site Administration → Integrations → Applications, or a person's own Settings → Applications",
    permissions: "a confidential client; nothing else can be chosen",
    groups:
      "organisations as `org` and teams as `org:team`, from the claim `groups`, with the scope groups",
    emails: "verified",
    renewal: "refresh token",
    notes: ["Gitea calls the address of every active account verified."],
  },
});
