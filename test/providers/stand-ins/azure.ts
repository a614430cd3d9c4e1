import type { StandIn } from "../../peers/provider-stand-in.ts";
import { discovered, paidOut } from "./discovered.ts";
import { graphPath, groupClaims, invalidToken, tenant, transitiveMemberOf } from "./microsoft.ts";

/** Version 1 of a tenant's tokens: no `preferred_username`, no `email_verified`. */
export const azure: StandIn = {
  settings: (origin) => ({
    issuer: `${origin}/${tenant}/`,
    endpoints: { api: `${origin}/v1.0` },
    usernameClaim: "unique_name",
  }),
  ...discovered(
    {
      issuer: `/${tenant}/`,
      authorization: `/${tenant}/oauth2/authorize`,
      token: `/${tenant}/oauth2/token`,
      keys: "/common/discovery/keys",
      userinfo: `/${tenant}/openid/userinfo`,
    },
    () => ({ scopes_supported: ["openid"] }),
  ),
  tokens(issued) {
    const { name, username, email } = issued.member;
    const upn = `${username}@example.onmicrosoft.com`;
    const claims = { ver: "1.0", tid: tenant, name, upn, unique_name: upn };
    const answer = paidOut(issued, `/${tenant}/`, {
      ...claims,
      ...(email !== undefined && { email }),
      ...groupClaims(issued.member),
    });
    // Its times are strings.
    return { ...answer, expires_in: "3599", resource: "https://graph.microsoft.com" };
  },
  api: { [graphPath]: transitiveMemberOf },
  unauthorized: invalidToken,
  groups: (names) => [...names],
  pageSize: 100,
  verifiesEmail: false,
};
