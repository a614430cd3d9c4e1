import type { StandIn } from "../../peers/provider-stand-in.ts";

/** Nextcloud: responses in an OCS envelope, and `invalid_request` for every invalid code. */
export const nextcloud: StandIn = {
  settings: (origin) => ({ issuer: origin }),
  authorizationPath: "/apps/oauth2/authorize",
  tokenPath: "/apps/oauth2/api/v1/token",
  tokens: ({ accessToken, refreshToken, member: { username } }) => ({
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: 3600,
    refresh_token: refreshToken,
    user_id: username,
  }),
  refuse: (error) => ({
    status: 400,
    body: { error: error === "invalid_grant" ? "invalid_request" : error },
  }),
  api: {
    "/ocs/v2.php/cloud/user": ({ id, name, email, groups }, { headers }) =>
      headers["ocs-apirequest"] === "true"
        ? {
            body: {
              ocs: {
                meta: { status: "ok", statuscode: 200, message: "OK" },
                data: {
                  id: `u${id}`,
                  "display-name": name,
                  email: email ?? null,
                  groups,
                  enabled: true,
                },
              },
            },
          }
        : { status: 412, body: { message: "CSRF check failed" } },
  },
  unauthorized: {
    status: 401,
    body: {
      ocs: {
        meta: { status: "failure", statuscode: 997, message: "Current user is not logged in" },
      },
    },
  },
  subject: ({ id }) => `u${id}`,
  groups: (names) => [...names],
  verifiesEmail: false,
};
