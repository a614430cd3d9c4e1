import type { StandIn } from "../../peers/provider-stand-in.ts";

/** SourceHut: one GraphQL request, only the registered redirect URI, and 403 for an invalid token. */
export const sourcehut: StandIn = {
  settings: (origin) => ({ issuer: origin }),
  authorizationPath: "/oauth2/authorize",
  tokenPath: "/oauth2/access-token",
  refusesRedirectUri: true,
  takesSecretIn: "body",
  tokens: ({ accessToken }) => ({
    access_token: accessToken,
    token_type: "bearer",
    expires_in: 86_399,
    scope: "meta.sr.ht/PROFILE:RO",
  }),
  api: {
    "/query": ({ id, username, email }, { method, body }) =>
      method === "POST" && body.includes("me { id username email }")
        ? { body: { data: { me: { id: Number(id), username, email: email ?? null } } } }
        : { status: 422, body: { errors: [{ message: "Unexpected Name" }], data: null } },
  },
  unauthorized: {
    status: 403,
    body: {
      errors: [{ message: "Authentication error: Invalid or expired OAuth 2.0 bearer token" }],
    },
  },
  tellsName: false,
  verifiesEmail: false,
};
