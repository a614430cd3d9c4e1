import { apple as provider } from "../../../providers/apple.ts";
import type { Issued, StandIn } from "../../peers/provider-stand-in.ts";
import { idTokenOf, metadataOf, openidStandIn } from "./openid.ts";

/** Apple: all claims are in every ID token, and booleans are text. There is no userinfo. */
export const apple: StandIn = {
  ...openidStandIn(provider),
  documents: {
    ...openidStandIn(provider).documents,
    "/.well-known/openid-configuration": (origin) => {
      const { userinfo_endpoint: _, ...metadata } = metadataOf(origin);
      return metadata;
    },
  },
  tokens: (issued) => ({
    access_token: issued.accessToken,
    token_type: "Bearer",
    expires_in: 3600,
    refresh_token: issued.refreshToken,
    id_token: idTokenOf(issued, addressOf(issued)),
  }),
  api: {},
  groups: undefined,
  tellsName: false,
};

function addressOf({ member: { email, isVerified } }: Issued) {
  if (email === undefined) return {};
  return { email, email_verified: String(isVerified), is_private_email: "false" };
}
