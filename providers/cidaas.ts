import { claimAt, text, texts } from "./claims.ts";
import { onlyWithScope } from "./offline-access.ts";
import { identifyBy } from "./openid.ts";
import type { Provider } from "./provider.ts";

/** cidaas. Groups: `group:role` for each role in a group, `cidaas:role` for roles outside groups. */
export const cidaas: Provider = {
  kind: "cidaas",
  label: "cidaas",
  mark: { colour: "#a3360b", letters: "c" },
  issuerExample: "https://example.cidaas.de",
  scope: "openid email profile roles groups",
  accountPrompt: "login",
  offlineAccess: onlyWithScope("cidaas"),
  guide: {
    register: "the admin dashboard → Apps, of the type Regular Web Application",
    permissions: "the scopes openid, email, profile, roles and groups",
    groups: "`group:role` for each role in a group, and `cidaas:role` for roles outside groups",
    emails: "verified",
  },
  identify(answers, options) {
    const { idToken, userinfo } = answers;
    const find = (claim: string) => claimAt(idToken, claim) ?? claimAt(userinfo, claim);
    const person = identifyBy(rolesInGroups, answers, options);
    const roles = texts(find("roles")).map((role) => `cidaas:${role}`);
    return { ...person, groups: [...person.groups, ...roles] };
  },
};

function rolesInGroups(claim: unknown): string[] {
  return [claim].flat().flatMap((group: unknown) => {
    const name = text(claimAt(group, "groupId"));
    const roles = texts(claimAt(group, "roles"));
    return name === undefined ? texts(group) : roles.map((role) => `${name}:${role}`);
  });
}
