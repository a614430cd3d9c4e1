import { everyPage, groupsOrFault, records, type Api, type Page } from "./api.ts";
import { id, text } from "./claims.ts";
import type { Provider } from "./provider.ts";
import { flaggedEmail } from "./verified-email.ts";

/** Discord. Groups: the ids of guilds, because anyone can create a guild with any name. */
export const discord: Provider = {
  kind: "discord",
  label: "Discord",
  mark: { colour: "#4752c4", letters: "D" },
  issuer: "https://discord.com",
  isOAuthOnly: true,
  scope: "identify email guilds",
  clientAuthentication: "client_secret_post",
  endpoints: () => ({
    authorization: "https://discord.com/oauth2/authorize",
    token: "https://discord.com/api/oauth2/token",
    revocation: "https://discord.com/api/oauth2/token/revoke",
    userinfo: "https://discord.com/api/v10/users/@me",
    api: "https://discord.com/api/v10",
  }),
  guide: {
    register: "discord.com/developers/applications → New Application, then OAuth2",
    permissions: "the scopes identify, email and guilds",
    groups:
      "guilds by their ids (Developer Mode → Copy Server ID), because anyone can create a guild with any name",
    emails: "verified",
    renewal: "refresh token",
    notes: [
      "Anyone with an invitation can join a guild: restrict who may create invitations in yours.",
    ],
  },
  async identify({ userinfo = {} }, _, api) {
    return {
      subject: id(userinfo.id) ?? "",
      ...flaggedEmail(userinfo, "verified"),
      name: text(userinfo.global_name),
      preferredUsername: text(userinfo.username),
      ...(await groupsOrFault("the scope guilds", () => guilds(api))),
    };
  },
};

const pageSize = 200;

/** Guilds are sorted by id; each page begins after the last id of the previous page. */
async function guilds(api: Api): Promise<string[]> {
  const path = `/users/@me/guilds?limit=${pageSize}`;
  const next = ({ body }: Page) => {
    const page = records(body);
    return page.length < pageSize ? undefined : `${path}&after=${id(page.at(-1)?.id)}`;
  };
  const all = await everyPage(api, path, records, next);
  return all.map((guild) => id(guild.id)).filter((guild) => guild !== undefined);
}
