import type { PlainPerson } from "./plain-policy.ts";
import { createKey, jws, type Fields } from "./token-issuer.ts";

/** Issuers within this process that renew sessions. A refresh token is the subject itself. */
interface RenewingIssuers {
  readonly fetch: typeof globalThis.fetch;
  /** The current claims of each subject. */
  readonly claims: Map<string, PlainPerson["claims"]>;
  urlOf(provider: string): string;
}

export function createRenewingIssuers(): RenewingIssuers {
  const key = createKey("ES256");
  const claims = new Map<string, PlainPerson["claims"]>();
  return { fetch, claims, urlOf: (provider) => `https://${provider}.example.net` };

  async function fetch(input: URL | string | Request, init?: RequestInit): Promise<Response> {
    const { origin, pathname } = new URL(String(input));
    if (pathname === "/.well-known/openid-configuration") return Response.json(metadataOf(origin));
    if (pathname === "/keys") return Response.json({ keys: [key.jwk] });
    if (pathname !== "/token") return new Response("", { status: 404 });
    const sub = new URLSearchParams(String(init?.body)).get("refresh_token") ?? "";
    const seconds = Math.floor(Date.now() / 1000);
    const times = { iat: seconds, exp: seconds + 3600 };
    const token = { iss: origin, aud: "door", ...times, ...claims.get(sub) };
    const header = { alg: key.alg, kid: key.kid, typ: "JWT" };
    return Response.json({
      access_token: "an access token",
      token_type: "Bearer",
      expires_in: 3600,
      refresh_token: sub,
      id_token: jws(header, token, key),
    });
  }
}

function metadataOf(issuer: string): Fields {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  };
}
