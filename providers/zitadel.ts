import { texts } from "./claims.ts";
import { onlyWithScope } from "./offline-access.ts";
import { identifyBy, openid } from "./openid.ts";
import type { Provider } from "./provider.ts";

/** ZITADEL. Groups are roles: the claim is an object with one key per role and the granting organizations as values. */
export const zitadel: Provider = {
  ...openid({
    kind: "zitadel",
    label: "ZITADEL",
    mark: { colour: "#a51f4d", letters: "Z" },
    issuerExample: "https://acme-ab12cd.us1.zitadel.cloud",
    issuerShape: {
      written: "`https://INSTANCE.REGION.zitadel.cloud`, or your own domain, without a slash",
      pattern: /[^/]$/,
    },
    scope: "openid email profile",
    groupsClaim: "urn:zitadel:iam:org:project:roles",
    accountPrompt: "select_account",
    offlineAccess: onlyWithScope("ZITADEL"),
    guide: {
      register: "ZITADEL's console, your project → Applications → New → Web, method Code",
      permissions: "the grant Refresh Token, ticked in the application's settings",
      groups:
        "the project's roles as `role:KEY`, from the claim `urn:zitadel:iam:org:project:roles`, if Assert Roles on Authentication is ticked in the project",
      emails: "verified",
    },
  }),
  identify: (answers, options) => identifyBy(rolesIn, answers, options),
};

function rolesIn(claim: unknown): string[] {
  return typeof claim === "object" && claim !== null && !Array.isArray(claim)
    ? Object.keys(claim).map((role) => `role:${role}`)
    : texts(claim);
}
