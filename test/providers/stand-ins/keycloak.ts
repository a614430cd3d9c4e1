import { rs256 } from "../../peers/jwt.ts";
import type { Issued, StandIn } from "../../peers/provider-stand-in.ts";
import { discovered, paidOut } from "./discovered.ts";
import { standardClaims } from "./openid.ts";

const realm = "/realms/acme";
const protocol = `${realm}/protocol/openid-connect`;

/** Keycloak 26: the access token is a JWT with the roles; the ID token has none. */
export const keycloak: StandIn = {
  settings: (origin) => ({ issuer: origin + realm }),
  ...discovered(
    {
      issuer: realm,
      authorization: `${protocol}/auth`,
      token: `${protocol}/token`,
      keys: `${protocol}/certs`,
      userinfo: `${protocol}/userinfo`,
    },
    () => ({ scopes_supported: ["openid", "profile", "email", "roles", "offline_access"] }),
  ),
  tokens: (issued) => ({
    ...paidOut(issued, realm, { typ: "ID", azp: issued.clientId }),
    access_token: accessTokenOf(issued),
  }),
  api: {
    [`${protocol}/userinfo`]: (member) => ({
      body: { ...standardClaims(member), groups: member.groups },
    }),
  },
  groups: (names) => [
    ...names,
    "role:offline_access",
    ...names.map((name) => `role:${name}`),
    "role:account:view-profile",
    ...names.map((name) => `role:grafana:${name}`),
  ],
};

/** `twist` changes claims as a forger or another client would. */
export function accessTokenOf(
  { origin, member, clientId, accessToken }: Omit<Issued, "refreshToken" | "nonce">,
  twist: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  return rs256(
    { alg: "RS256", typ: "JWT", kid: "one", ...header },
    {
      exp: now + 300,
      iat: now,
      jti: accessToken,
      iss: origin + realm,
      aud: "account",
      sub: member.id,
      typ: "Bearer",
      azp: clientId,
      realm_access: { roles: ["offline_access", ...member.groups] },
      resource_access: { account: { roles: ["view-profile"] }, grafana: { roles: member.groups } },
      scope: "openid email profile",
      ...twist,
    },
  );
}
