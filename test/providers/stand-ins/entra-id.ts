import type { Issued, StandIn } from "../../peers/provider-stand-in.ts";
import { discovered, paidOut } from "./discovered.ts";
import { graphPath, groupClaims, invalidToken, tenant, transitiveMemberOf } from "./microsoft.ts";

/** Entra ID's `common`: one address, and a separate issuer for every tenant. Graph is on the same host. */
export const entraId: StandIn = {
  settings: (origin) => ({
    issuer: `${origin}/common/v2.0`,
    tenants: [tenant],
    endpoints: { api: `${origin}/v1.0` },
  }),
  ...discovered(
    {
      issuer: "/common/v2.0",
      authorization: "/common/oauth2/v2.0/authorize",
      token: "/common/oauth2/v2.0/token",
      keys: "/common/discovery/v2.0/keys",
      userinfo: "/oidc/userinfo",
    },
    (origin) => ({
      issuer: `${origin}/{tenantid}/v2.0`,
      token_endpoint_auth_methods_supported: [
        "client_secret_post",
        "private_key_jwt",
        "client_secret_basic",
      ],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
    }),
  ),
  tokens(issued) {
    const { id, name, username, email, isVerified } = issued.member;
    return paidOut(issued, `/${tenant}/v2.0`, {
      ver: "2.0",
      tid: tenant,
      oid: `oid-${id}`,
      name,
      preferred_username: `${username}@example.onmicrosoft.com`,
      ...(email !== undefined && { email, xms_edov: isVerified }),
      ...groupClaims(issued.member),
    });
  },
  api: { [graphPath]: transitiveMemberOf },
  unauthorized: invalidToken,
  groups: (names) => [...names],
  pageSize: 100,
};

/** Entra with these claims in its ID tokens. */
export function claiming(claims: Record<string, unknown>): StandIn {
  return { ...entraId, tokens: (issued) => paidOut(issued, `/${tenant}/v2.0`, claims) };
}

/** Entra with claims that depend on its address. */
export function issuing(claims: (issued: Issued) => Record<string, unknown>): StandIn {
  return { ...entraId, tokens: (issued) => paidOut(issued, "", claims(issued)) };
}
