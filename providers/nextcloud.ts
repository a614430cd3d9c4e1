import { ApiError, groupsOrFault } from "./api.ts";
import { claimAt, text, texts } from "./claims.ts";
import type { Provider } from "./provider.ts";

/** A Nextcloud, by its address as `issuer`. People may change their addresses there, and nobody verifies them. */
export const nextcloud: Provider = {
  kind: "nextcloud",
  label: "Nextcloud",
  isOAuthOnly: true,
  scope: "",
  grantErrors: ["invalid_request"], // whatever is wrong with a code or a refresh token
  endpoints: (issuer) => ({
    authorization: `${issuer}/apps/oauth2/authorize`,
    token: `${issuer}/apps/oauth2/api/v1/token`,
    userinfo: `${issuer}/ocs/v2.php/cloud/user?format=json`,
  }),
  apiHeaders: { "OCS-APIRequest": "true" },
  issuerExample: "https://cloud.example.com",
  guide: {
    register: "your Nextcloud → Administration settings → Security → OAuth 2.0 clients",
    permissions: "nothing to choose: Nextcloud's tokens may do all that their owner may",
    groups: "its groups, by their ids",
    emails: "unsaid",
    renewal: "refresh token",
    notes: [
      "Without pretty addresses the `issuer` ends in `/index.php`, and `endpoints.userinfo` is the address without it.",
      "A Nextcloud with an OpenID Connect app is better served by the kind `oidc`: those tokens may do less.",
    ],
  },
  async identify({ userinfo }, { trustEmail }) {
    const said = (name: string) => claimAt(userinfo, `ocs.data.${name}`);
    const groups = said("groups");
    return {
      subject: text(said("id")) ?? "",
      email: trustEmail ? text(said("email")) : undefined,
      name: text(said("display-name")) ?? text(said("displayname")),
      preferredUsername: text(said("id")),
      ...(await groupsOrFault("a Nextcloud that lists somebody's groups", async () => {
        if (!Array.isArray(groups)) throw new ApiError("the account comes without groups", 200);
        return texts(groups);
      })),
    };
  },
};
