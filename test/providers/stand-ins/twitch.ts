import { twitch as provider } from "../../../providers/twitch.ts";
import type { StandIn } from "../../peers/provider-stand-in.ts";
import { idTokenOf, openidStandIn, standardClaims } from "./openid.ts";

/** Twitch: `scope` is a list, contrary to RFC 6749, and there is no name, only the username. */
export const twitch: StandIn = {
  ...openidStandIn(provider),
  tokens: (issued) => ({
    access_token: issued.accessToken,
    expires_in: 14_310,
    id_token: idTokenOf(issued),
    refresh_token: issued.refreshToken,
    scope: ["openid", "user:read:email"],
    token_type: "bearer",
  }),
  // Its errors have a message and no code.
  refuse: (error) =>
    error === "invalid_grant"
      ? { status: 400, body: { status: 400, message: "Invalid refresh token" } }
      : { status: 403, body: { status: 403, message: "invalid client secret" } },
  api: {
    "/userinfo": (member) => {
      const { name: _, ...claims } = standardClaims(member);
      return { body: { ...claims, aud: "door", azp: "door" } };
    },
  },
  groups: undefined,
  tellsName: false,
};
