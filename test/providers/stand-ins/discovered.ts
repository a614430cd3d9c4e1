import { issuerKey, jwkOf } from "../../peers/jwt.ts";
import type { Issued, StandIn } from "../../peers/provider-stand-in.ts";
import { idTokenOf, metadataOf } from "./openid.ts";

/** The endpoints of an OpenID Connect issuer, as paths under the origin. */
interface EndpointPaths {
  /** The issuer's own path, with a trailing slash only if the issuer has one. */
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  readonly keys: string;
  readonly userinfo?: string;
}

/** The discovery document and keys of an OpenID Connect issuer. */
export function discovered(
  paths: EndpointPaths,
  metadata: (origin: string) => Record<string, unknown> = () => ({}),
): Pick<StandIn, "authorizationPath" | "tokenPath" | "documents"> {
  const { issuer, authorization, token, keys, userinfo } = paths;
  const describe = (origin: string) => ({
    ...metadataOf(origin),
    issuer: origin + issuer,
    authorization_endpoint: origin + authorization,
    token_endpoint: origin + token,
    jwks_uri: origin + keys,
    userinfo_endpoint: userinfo === undefined ? undefined : origin + userinfo,
    ...metadata(origin),
  });
  return {
    authorizationPath: authorization,
    tokenPath: token,
    documents: {
      [`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`]: describe,
      [keys]: () => ({ keys: [jwkOf(issuerKey.publicKey, "one")] }),
    },
  };
}

/** A token endpoint's response with an ID token of these claims. */
export function paidOut(issued: Issued, issuer: string, claims: Record<string, unknown>) {
  return {
    token_type: "Bearer",
    expires_in: 3599,
    access_token: issued.accessToken,
    refresh_token: issued.refreshToken,
    id_token: idTokenOf(issued, { iss: issued.origin + issuer, ...claims }),
  };
}
