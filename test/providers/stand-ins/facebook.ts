import type { Reply, StandIn } from "../../peers/provider-stand-in.ts";

/** Facebook: errors have numbers, at the token endpoint too, and addresses have no `email_verified`. */
export const facebook: StandIn = {
  settings: (origin) => ({
    issuer: origin,
    endpoints: {
      authorization: `${origin}/v25.0/dialog/oauth`,
      token: `${origin}/v25.0/oauth/access_token`,
      userinfo: `${origin}/v25.0/me`,
    },
  }),
  authorizationPath: "/v25.0/dialog/oauth",
  tokenPath: "/v25.0/oauth/access_token",
  takesSecretIn: "body",
  tokens: ({ accessToken }) => ({
    access_token: accessToken,
    token_type: "bearer",
    expires_in: 5_183_944,
  }),
  refuse: (error) =>
    error === "invalid_grant"
      ? refusal(100, "This authorization code has been used.")
      : refusal(1, "Error validating client secret."),
  api: {
    "/v25.0/me": ({ id, name, email }) => ({ body: { id, name, ...(email && { email }) } }),
  },
  unauthorized: refusal(190, "Error validating access token: The session has been invalidated."),
  verifiesEmail: false,
};

function refusal(code: number, message: string): Reply {
  return {
    status: 400,
    body: { error: { message, type: "OAuthException", code, fbtrace_id: "A" } },
  };
}
