import { claimAt, text, texts } from "./claims.ts";
import { identify } from "./openid.ts";
import type { Provider } from "./provider.ts";

/** cidaas. Groups: `group:role` for each role in a group, `cidaas:role` for those beside them. */
export const cidaas: Provider = {
  kind: "cidaas",
  label: "cidaas",
  issuerExample: "https://acme.cidaas.de",
  issuerShape: { written: "`https://NAME.cidaas.de`, without a slash", pattern: /[^/]$/ },
  scope: "openid email profile roles groups",
  accountPrompt: "login",
  guide: {
    register: "the cidaas admin dashboard, Apps → App Management → Create New App, Regular Web App",
    permissions: "the scopes openid, email, profile, roles, groups and offline_access",
    groups:
      "roles in groups as `group:role` and others as `cidaas:role`, with the scopes groups and roles",
    emails: "verified",
  },
  identify(answers, options) {
    const { idToken, userinfo } = answers;
    const find = (claim: string) => claimAt(idToken, claim) ?? claimAt(userinfo, claim);
    const inGroups = [find(options.groupsClaim) ?? []].flat().flatMap((group: unknown) => {
      const name = text(claimAt(group, "groupId"));
      const roles = texts(claimAt(group, "roles"));
      return name === undefined ? texts(group) : roles.map((role) => `${name}:${role}`);
    });
    const roles = texts(find("roles")).map((role) => `cidaas:${role}`);
    return { ...identify(answers, options), groups: [...inGroups, ...roles] };
  },
};
