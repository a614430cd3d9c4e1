import type { StandIn } from "../../peers/provider-stand-in.ts";

/** Discord: guilds have freely chosen names, and are sorted by their ids. */
export const discord: StandIn = {
  settings: (origin) => ({
    issuer: origin,
    endpoints: {
      authorization: `${origin}/oauth2/authorize`,
      token: `${origin}/api/oauth2/token`,
      userinfo: `${origin}/api/v10/users/@me`,
      api: `${origin}/api/v10`,
    },
  }),
  authorizationPath: "/oauth2/authorize",
  tokenPath: "/api/oauth2/token",
  tokens: ({ accessToken, refreshToken }) => ({
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: 604_800,
    refresh_token: refreshToken,
    scope: "identify email guilds",
  }),
  api: {
    "/api/v10/users/@me": ({ id, username, name, email, isVerified }) => ({
      body: {
        id,
        username,
        discriminator: "0",
        global_name: name,
        email: email ?? null,
        verified: isVerified,
      },
    }),
    "/api/v10/users/@me/guilds": ({ groups }, { url }) => {
      const limit = Math.min(Number(url.searchParams.get("limit") ?? "200"), 200);
      const after = url.searchParams.get("after") ?? "";
      const all = groups.map(idOf).toSorted();
      const page = all.filter((id) => id > after).slice(0, limit);
      return { body: page.map((id) => ({ id, name: "staff,role:admin", owner: false })) };
    },
  },
  unauthorized: { status: 401, body: { message: "401: Unauthorized", code: 0 } },
  groups: (names) => names.map(idOf),
  pageSize: 200,
};

/** A snowflake: more digits than a number can represent. */
function idOf(name: string): string {
  const digits = Buffer.from(name).reduce(
    (sum, byte) => (sum * 257n + BigInt(byte)) % 10n ** 17n,
    0n,
  );
  return `9${String(digits).padStart(17, "0")}`;
}
