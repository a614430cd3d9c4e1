import type { Provider } from "../../../providers/provider.ts";
import { issuerKey, jwkOf, rs256 } from "../../peers/jwt.ts";
import type { Issued, Member, StandIn } from "../../peers/provider-stand-in.ts";

/** Any OpenID Connect issuer, for kinds without code. Its ID token is minimal, so doorward must request userinfo. */
export function openidStandIn({ groupsClaim = "groups" }: Pick<Provider, "groupsClaim">): StandIn {
  return {
    settings: (origin) => ({ issuer: origin }),
    authorizationPath: "/authorize",
    tokenPath: "/token",
    tokens: (issued) => ({
      access_token: issued.accessToken,
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: issued.refreshToken,
      id_token: idTokenOf(issued),
    }),
    documents: {
      "/.well-known/openid-configuration": metadataOf,
      "/jwks": () => ({ keys: [jwkOf(issuerKey.publicKey, "one")] }),
    },
    api: {
      "/userinfo": (member) => ({
        body: { ...standardClaims(member), [groupsClaim]: member.groups },
      }),
    },
    groups: (names) => [...names],
  };
}

/** OpenID Connect Discovery §4.2. */
export function metadataOf(origin: string) {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    userinfo_endpoint: `${origin}/userinfo`,
    jwks_uri: `${origin}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256"],
  };
}

/** OpenID Connect Core §5.1. */
export function standardClaims({ id, name, username, email, isVerified }: Member) {
  const address = email === undefined ? {} : { email, email_verified: isVerified };
  return { sub: id, name, preferred_username: username, ...address };
}

/** OpenID Connect Core §2, with a provider's additional claims. */
export function idTokenOf(
  { origin, clientId, nonce, member }: Omit<Issued, "refreshToken" | "accessToken">,
  claims: Record<string, unknown> = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const about = { iss: origin, aud: clientId, iat: now, exp: now + 3600, ...(nonce && { nonce }) };
  return rs256({ alg: "RS256", kid: "one" }, { ...about, sub: member.id, ...claims });
}
