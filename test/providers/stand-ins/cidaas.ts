import type { StandIn } from "../../peers/provider-stand-in.ts";
import { discovered, paidOut } from "./discovered.ts";
import { standardClaims } from "./openid.ts";

/** cidaas: a group is an object with the user's roles in it. */
export const cidaas: StandIn = {
  settings: (origin) => ({ issuer: origin }),
  ...discovered({
    issuer: "",
    authorization: "/authz-srv/authz",
    token: "/token-srv/token",
    keys: "/.well-known/jwks.json",
    userinfo: "/users-srv/userinfo",
  }),
  tokens: (issued) => paidOut(issued, "", { token_type: "Bearer" }),
  api: {
    "/users-srv/userinfo": (member) => ({
      body: {
        ...standardClaims(member),
        roles: ["USER"],
        groups: member.groups.map((groupId) => ({
          groupId,
          groupName: `The group ${groupId}`,
          path: `/root/${groupId}/`,
          roles: ["admin", "member"],
        })),
      },
    }),
  },
  groups: (names) => [
    "cidaas:USER",
    ...names.flatMap((name) => [`${name}:admin`, `${name}:member`]),
  ],
};
