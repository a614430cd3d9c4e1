import { slack as provider } from "../../../providers/slack.ts";
import type { StandIn } from "../../peers/provider-stand-in.ts";
import { idTokenOf, openidStandIn, standardClaims } from "./openid.ts";

/** Slack: a token without expiry, one workspace per sign-in, and an `ok` in every response. */
export const slack: StandIn = {
  ...openidStandIn(provider),
  tokens: (issued) => ({
    ok: true,
    access_token: issued.accessToken,
    token_type: "Bearer",
    id_token: idTokenOf(issued, claimsOf(issued.member)),
  }),
  // Errors have status 200.
  refuse: (error) => ({
    body: { ok: false, error: error === "invalid_grant" ? "invalid_code" : error },
  }),
  api: { "/userinfo": (member) => ({ body: { ok: true, ...claimsOf(member) } }) },
  groups: ([workspace]) => (workspace === undefined ? [] : [workspace]),
  isAskedOnce: true,
};

function claimsOf(member: Parameters<typeof standardClaims>[0]) {
  const { preferred_username: _, ...claims } = standardClaims(member);
  return { ...claims, "https://slack.com/team_id": member.groups[0] };
}
