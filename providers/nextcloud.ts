import { ApiError, groupsOrFault } from "./api.ts";
import { claimAt, text, texts } from "./claims.ts";
import type { Provider } from "./provider.ts";

/** A Nextcloud with its address as `issuer`. Users may change their email addresses, which Nextcloud never verifies. */
export const nextcloud: Provider = {
  kind: "nextcloud",
  label: "Nextcloud",
  mark: { colour: "#0062a6", letters: "Nc" },
  isOAuthOnly: true,
  scope: "",
  grantErrors: ["invalid_request"], // any error of a code or a refresh token
  endpoints: (issuer) => ({
    authorization: `${issuer}/apps/oauth2/authorize`,
    token: `${issuer}/apps/oauth2/api/v1/token`,
    userinfo: `${issuer}/ocs/v2.php/cloud/user?format=json`,
  }),
  apiHeaders: { "OCS-APIRequest": "true" },
  issuerExample: "https://cloud.example.com",
  guide: {
    register: "your Nextcloud → Administration settings → Security → OAuth 2.0 clients",
    permissions: "no options: Nextcloud's tokens have all permissions of their user",
    groups: "Nextcloud's groups, by their ids",
    emails: "unsaid",
    renewal: "refresh token",
    notes: [
      "Without pretty URLs the `issuer` ends in `/index.php`, and `endpoints.userinfo` is the address without it.",
      "For a Nextcloud with an OpenID Connect app, use the kind `oidc` instead: those tokens have fewer permissions.",
    ],
  },
  async identify({ userinfo }, { trustEmail }) {
    const field = (name: string) => claimAt(userinfo, `ocs.data.${name}`);
    const groups = field("groups");
    return {
      subject: text(field("id")) ?? "",
      email: trustEmail ? text(field("email")) : undefined,
      name: text(field("display-name")) ?? text(field("displayname")),
      preferredUsername: text(field("id")),
      ...(await groupsOrFault("a Nextcloud that lists a user's groups", async () => {
        if (!Array.isArray(groups)) throw new ApiError("the response contains no groups", 200);
        return texts(groups);
      })),
    };
  },
};
