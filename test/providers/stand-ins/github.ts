import { numberedPage } from "../../peers/provider-pages.ts";
import type { StandIn } from "../../peers/provider-stand-in.ts";

const errors = {
  invalid_grant: "bad_verification_code",
  invalid_client: "incorrect_client_credentials",
};

/** GitHub Enterprise Server: like github.com, but with its API at `/api/v3`. */
export const github: StandIn = {
  settings: (origin) => ({ issuer: origin }),
  authorizationPath: "/login/oauth/authorize",
  tokenPath: "/login/oauth/access_token",
  takesSecretIn: "body",
  tokens: ({ accessToken }) => ({
    access_token: accessToken,
    token_type: "bearer",
    scope: "read:org,user:email",
  }),
  // Errors of its token endpoint have status 200.
  refuse: (error) => ({
    body: { error: errors[error], error_description: "…", error_uri: "/apps/" },
  }),
  api: {
    "/api/v3/user": ({ id, username, name, email }) => ({
      // The public address, which may be unverified.
      body: { login: username, id: Number(id), type: "User", name, email: email ?? null },
    }),
    "/api/v3/user/emails": ({ email, isVerified }, asked) =>
      numberedPage(asked, 100, [
        {
          email: "9919+ada@users.noreply.github.com",
          primary: false,
          verified: true,
          visibility: null,
        },
        ...(email === undefined
          ? []
          : [{ email, primary: true, verified: isVerified, visibility: "public" }]),
      ]),
    "/api/v3/user/orgs": ({ groups }, asked) =>
      numberedPage(
        asked,
        100,
        groups.map((login, index) => ({ login, id: index + 1, description: "" })),
      ),
    "/api/v3/user/teams": ({ groups }, asked) =>
      numberedPage(
        asked,
        100,
        groups.map((login, id) => ({ id, name: "The Ops", slug: "ops", organization: { login } })),
      ),
  },
  unauthorized: { status: 401, body: { message: "Bad credentials", status: "401" } },
  groups: (names) => [...names, ...names.map((name) => `${name}:ops`)],
  pageSize: 100,
};
