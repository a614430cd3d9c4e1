import type { StandIn } from "../../peers/provider-stand-in.ts";
import { discovered, paidOut } from "./discovered.ts";

/** AD FS 2019. Its access tokens have another issuer, and its userinfo contains only the subject. */
export const adfs: StandIn = {
  settings: (origin) => ({ issuer: `${origin}/adfs` }),
  ...discovered(
    {
      issuer: "/adfs",
      authorization: "/adfs/oauth2/authorize/",
      token: "/adfs/oauth2/token/",
      keys: "/adfs/discovery/keys",
      userinfo: "/adfs/userinfo",
    },
    (origin) => ({
      access_token_issuer: `${origin}/adfs/services/trust`,
      scopes_supported: ["openid", "email", "profile", "allatclaims", "user_impersonation"],
    }),
  ),
  tokens(issued) {
    const { name, username, email, groups } = issued.member;
    return paidOut(issued, "/adfs", {
      name,
      unique_name: `EXAMPLE\\${username}`,
      upn: email === undefined ? undefined : `${username}@corp.example.com`,
      ...(email !== undefined && { email }),
      // A claim rule sends a single value without a list.
      group: groups.length === 1 ? groups[0] : groups,
    });
  },
  api: { "/adfs/userinfo": ({ id }) => ({ body: { sub: id } }) },
  groups: (names) => [...names],
  verifiesEmail: false,
};
