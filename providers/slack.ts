import { openid } from "./openid.ts";

/** Members of Slack workspaces. Slack lets the visitor choose a workspace, and supports no `prompt`. */
export const slack = openid({
  kind: "slack",
  label: "Slack",
  mark: { colour: "#4a154b", letters: "S" },
  issuer: "https://slack.com",
  scope: "openid email profile",
  grantErrors: ["invalid_code", "invalid_refresh_token"],
  groupsClaim: "https://slack.com/team_id",
  offlineAccess: {
    request: "nothing",
    because: "Slack has no such scope, and sends refresh tokens only to apps with token rotation",
  },
  guide: {
    register: "api.slack.com/apps → Create New App, then OAuth & Permissions for the redirect URI",
    permissions: "the user token scopes openid, email and profile",
    groups:
      "the workspace by its id, such as `T0123ABCD`, from the claim `https://slack.com/team_id`, without additional permissions",
    emails: "verified",
    renewal: "none",
    notes: [
      "Anyone with a Slack account can sign in there: restrict `access` to a workspace's id as a group, or to addresses.",
    ],
  },
});
