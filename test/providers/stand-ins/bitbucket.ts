import type { Asked, Reply, StandIn } from "../../peers/provider-stand-in.ts";

/** Bitbucket Cloud: the link to the next page is in the body, and a guest's workspace is listed like a member's. */
export const bitbucket: StandIn = {
  settings: (origin) => ({
    issuer: origin,
    endpoints: {
      authorization: `${origin}/site/oauth2/authorize`,
      token: `${origin}/site/oauth2/access_token`,
      userinfo: `${origin}/2.0/user`,
      api: `${origin}/2.0`,
    },
  }),
  authorizationPath: "/site/oauth2/authorize",
  tokenPath: "/site/oauth2/access_token",
  takesSecretIn: "header",
  tokens: ({ accessToken, refreshToken }) => ({
    access_token: accessToken,
    expires_in: 7200,
    refresh_token: refreshToken,
    scope: "account email",
    state: "authorization_code",
    token_type: "bearer",
  }),
  api: {
    "/2.0/user": ({ id, name, username }) => ({
      body: {
        type: "user",
        uuid: uuid(id),
        account_id: null,
        display_name: name,
        nickname: username,
      },
    }),
    "/2.0/user/emails": ({ email, isVerified }, asked) =>
      page(asked, [
        { type: "email", email: "old@example.com", is_primary: false, is_confirmed: true },
        ...(email === undefined
          ? []
          : [{ type: "email", email, is_primary: true, is_confirmed: isVerified }]),
      ]),
    "/2.0/user/workspaces": ({ groups }, asked) =>
      page(
        asked,
        [...groups, "guest-there"].map((slug) => ({
          type: "workspace_access",
          administrator: false,
          workspace: { type: "workspace_base", slug },
        })),
      ),
    "/2.0/user/workspaces/:slug/permission": ({ groups }, { named: { slug = "" } }) =>
      groups.includes(slug)
        ? { body: { type: "workspace_membership", permission: "member", workspace: { slug } } }
        : error(403, "You are no member of this workspace"),
    "/2.0/repositories/:workspace": (_, asked) => page(asked, []),
  },
  unauthorized: error(401, "Access token expired. Use your refresh token to obtain a new one."),
  subject: ({ id }) => uuid(id),
  groups: (names) => [...names],
  pageSize: 100,
};

function uuid(id: string): string {
  return `{00000000-0000-4000-8000-${id.padStart(12, "0")}}`;
}

function error(status: number, message: string): Reply {
  return { status, body: { type: "error", error: { message } } };
}

function page({ url }: Asked, all: readonly unknown[]): Reply {
  const number = Number(url.searchParams.get("page") ?? "1");
  const pagelen = Math.min(Number(url.searchParams.get("pagelen") ?? "10"), 100);
  const values = all.slice((number - 1) * pagelen, number * pagelen);
  const next = new URL(url);
  next.searchParams.set("page", String(number + 1));
  const isLast = number * pagelen >= all.length;
  return { body: { pagelen, page: number, size: all.length, values, ...(!isLast && { next }) } };
}
