import { linkedin as provider } from "../../../providers/linkedin.ts";
import type { StandIn } from "../../peers/provider-stand-in.ts";
import { idTokenOf, openidStandIn, standardClaims } from "./openid.ts";

/** LinkedIn: it rejects a code verifier, and its ID tokens have no nonce. */
export const linkedin: StandIn = {
  ...openidStandIn(provider),
  refusesPkce: true,
  tokens: (issued) => ({
    access_token: issued.accessToken,
    expires_in: 5_183_999,
    scope: "email,openid,profile",
    token_type: "Bearer",
    id_token: idTokenOf({ ...issued, nonce: undefined }),
  }),
  api: {
    "/userinfo": (member) => {
      const { preferred_username: _, ...claims } = standardClaims(member);
      return { body: { ...claims, locale: { country: "GB", language: "en" } } };
    },
  },
  unauthorized: {
    status: 401,
    body: { status: 401, serviceErrorCode: 65_600, code: "INVALID_ACCESS_TOKEN", message: "…" },
  },
  groups: undefined,
};
