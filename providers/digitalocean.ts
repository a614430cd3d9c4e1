import { claimAt, text } from "./claims.ts";
import type { Provider } from "./provider.ts";

/** DigitalOcean. A sign-in is into one team, and that is the group: by its uuid, for its name is free text. */
export const digitalocean: Provider = {
  kind: "digitalocean",
  label: "DigitalOcean",
  issuer: "https://cloud.digitalocean.com",
  isOAuthOnly: true,
  scope: "account:read",
  clientAuthentication: "client_secret_post",
  accountPrompt: "select_account",
  endpoints: () => ({
    authorization: "https://cloud.digitalocean.com/v1/oauth/authorize",
    token: "https://cloud.digitalocean.com/v1/oauth/token",
    userinfo: "https://api.digitalocean.com/v2/account",
  }),
  guide: {
    register: "cloud.digitalocean.com → API → OAuth Applications",
    permissions: "the scope account:read",
    groups:
      "the team that somebody signs in for, by its uuid: `doctl account get` shows it, and teams can be renamed",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "Anybody can have an account there: let in addresses, subjects or a team, not `anyone`.",
    ],
  },
  identify({ userinfo: { account } = {} }) {
    const team = text(claimAt(account, "team.uuid"));
    const isVerified = claimAt(account, "email_verified") === true;
    return {
      subject: text(claimAt(account, "uuid")) ?? "",
      email: isVerified ? text(claimAt(account, "email")) : undefined,
      groups: team === undefined ? [] : [team],
      name: text(claimAt(account, "name")),
      preferredUsername: undefined,
    };
  },
};
