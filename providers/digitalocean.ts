import { claimAt, text } from "./claims.ts";
import type { Provider } from "./provider.ts";
import { flaggedEmail } from "./verified-email.ts";

/** DigitalOcean. The group is the team of the sign-in, by its uuid, because its name is free text. */
export const digitalocean: Provider = {
  kind: "digitalocean",
  label: "DigitalOcean",
  mark: { colour: "#0050c8", letters: "DO" },
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
      "the team of the sign-in, by its uuid, because teams can be renamed: `doctl account get` shows it",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "Anyone can create an account there: restrict `access` to addresses, subjects or a team instead of `anyone`.",
    ],
  },
  identify({ userinfo: { account } = {} }) {
    const team = text(claimAt(account, "team.uuid"));
    return {
      subject: text(claimAt(account, "uuid")) ?? "",
      ...flaggedEmail(account, "email_verified"),
      groups: team === undefined ? [] : [team],
      name: text(claimAt(account, "name")),
      preferredUsername: undefined,
    };
  },
};
