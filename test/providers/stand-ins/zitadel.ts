import { zitadel as provider } from "../../../providers/zitadel.ts";
import type { StandIn } from "../../peers/provider-stand-in.ts";
import { openidStandIn, standardClaims } from "./openid.ts";

/** ZITADEL: roles are keys, and their values name the granting organisation. */
export const zitadel: StandIn = {
  ...openidStandIn(provider),
  api: {
    "/userinfo": (member) => {
      const granted = { "280000000000000001": "acme.zitadel.cloud" };
      const roles = Object.fromEntries(member.groups.map((role) => [role, granted]));
      return { body: { ...standardClaims(member), "urn:zitadel:iam:org:project:roles": roles } };
    },
  },
  groups: (names) => names.map((name) => `role:${name}`),
};
