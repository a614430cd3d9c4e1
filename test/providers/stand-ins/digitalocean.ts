import type { StandIn } from "../../peers/provider-stand-in.ts";

/** DigitalOcean: a user consents for one of their teams. */
export const digitalocean: StandIn = {
  settings: (origin) => ({
    issuer: origin,
    endpoints: {
      authorization: `${origin}/v1/oauth/authorize`,
      token: `${origin}/v1/oauth/token`,
      userinfo: `${origin}/v2/account`,
    },
  }),
  authorizationPath: "/v1/oauth/authorize",
  tokenPath: "/v1/oauth/token",
  takesSecretIn: "body",
  tokens: ({ accessToken, refreshToken, member: { id, name, email } }) => ({
    access_token: accessToken,
    token_type: "bearer",
    expires_in: 2_592_000,
    refresh_token: refreshToken,
    info: { name, email, uuid: userOf(id), team_name: "My Team" },
  }),
  api: {
    "/v2/account": ({ id, name, email, isVerified, groups: [team = "none"] }) => ({
      body: {
        account: {
          droplet_limit: 25,
          email: email ?? "",
          name,
          uuid: userOf(id),
          email_verified: isVerified,
          status: "active",
          status_message: "",
          team: { uuid: teamOf(team), name: "role:admin" },
        },
      },
    }),
  },
  unauthorized: {
    status: 401,
    body: { id: "unauthorized", message: "Unable to authenticate you." },
  },
  subject: ({ id }) => userOf(id),
  groups: ([team = "none"]) => [teamOf(team)],
};

function userOf(id: string): string {
  return `b6fr89dbf6d9156cace5f3c78dc98${id.padStart(11, "0")}`;
}

function teamOf(name: string): string {
  return Buffer.from(name).toString("hex").padStart(40, "0");
}
