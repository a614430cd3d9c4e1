import type { StandIn } from "../../peers/provider-stand-in.ts";
import { discovered, paidOut } from "./discovered.ts";
import { standardClaims } from "./openid.ts";

/** GitLab: direct groups in the ID token, all groups in userinfo, and projects in its API. */
export const gitlab: StandIn = {
  settings: (origin) => ({
    issuer: origin,
    projects: ["acme/site", "acme/tools/forge=40", "acme/old", "other/secret"],
  }),
  ...discovered({
    issuer: "",
    authorization: "/oauth/authorize",
    token: "/oauth/token",
    keys: "/oauth/discovery/keys",
    userinfo: "/oauth/userinfo",
  }),
  tokens: (issued) =>
    paidOut(issued, "", {
      ...standardClaims(issued.member),
      nickname: issued.member.username,
      groups_direct: issued.member.groups.slice(0, 1),
    }),
  api: {
    "/oauth/userinfo": (member) => ({
      body: { ...standardClaims(member), nickname: member.username, groups: member.groups },
    }),
    "/api/v4/projects/:id": ({ groups }, { named: { id = "" } }) => {
      const path = projects.get(id);
      if (path === undefined || !groups.includes("acme")) {
        return { status: 404, body: { message: "404 Project Not Found" } };
      }
      return { body: { path_with_namespace: id, ...path } };
    },
  },
  groups: (names) => [...names, ...(names.includes("acme") ? ["project:acme/site"] : [])],
};

const projects = new Map([
  ["acme/site", { archived: false, permissions: accessOf(null, 20) }],
  ["acme/tools/forge", { archived: false, permissions: accessOf(30, 20) }],
  ["acme/old", { archived: true, permissions: accessOf(50, null) }],
]);

function accessOf(project: number | null, group: number | null) {
  const entry = (level: number | null) =>
    level === null ? null : { access_level: level, notification_level: 3 };
  return { project_access: entry(project), group_access: entry(group) };
}
