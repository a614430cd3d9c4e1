import { createKey, jws, type Fields } from "./token-issuer.ts";

export const issuer = "https://id.example.com";

const key = createKey("ES256");
const foreignKey = createKey("ES256");

/** An issuer within this process: it answers `fetch` without a network, so that thousands of tests can ask it. */
export interface FaultIssuer {
  readonly fetch: typeof globalThis.fetch;
  /** Whether it accepts refresh tokens. */
  refuses: boolean;
  isDown: boolean;
  /** Its introspection responses, by token. */
  readonly opaque: Map<string, Fields>;
}

export const person = {
  sub: "ada",
  email: "ada@example.com",
  email_verified: true,
  groups: ["ops"],
  name: "Ada",
};

export function createFaultIssuer(): FaultIssuer {
  const self: FaultIssuer = { fetch, refuses: false, isDown: false, opaque: new Map() };
  return self;

  async function fetch(input: URL | string | Request, init?: RequestInit): Promise<Response> {
    if (self.isDown) throw new TypeError("fetch failed");
    switch (new URL(String(input)).pathname) {
      case "/.well-known/openid-configuration":
        return Response.json(metadata);
      case "/keys":
        return Response.json({ keys: [key.jwk] });
      case "/userinfo":
        return Response.json(person);
      case "/introspect":
        return Response.json(self.opaque.get(fieldOf(init, "token")) ?? { active: false });
      case "/token":
        return self.refuses
          ? Response.json({ error: "invalid_grant" }, { status: 400 })
          : Response.json(renewed());
      default:
        return new Response("", { status: 404 });
    }
  }
}

function fieldOf(init: RequestInit | undefined, name: string): string {
  return new URLSearchParams(String(init?.body)).get(name) ?? "";
}

/** openid-client compares the times of an ID token with the machine's own clock. */
function renewed(): Fields {
  return {
    access_token: "the access token",
    token_type: "Bearer",
    expires_in: 3600,
    refresh_token: "the next refresh token",
    id_token: tokenOf(Date.now(), {}, "JWT"),
  };
}

/** An access token of the issuer, for a person who may pass. */
export function tokenOf(now: number, changed: Fields = {}, typ = "at+jwt", isForged = false) {
  const seconds = Math.floor(now / 1000);
  const times = { iat: seconds, exp: seconds + 3600 };
  const claims = { iss: issuer, aud: "door", ...times, ...person, ...changed };
  const { kid, alg } = key;
  return jws({ typ, alg, kid }, claims, isForged ? foreignKey : key);
}

const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  userinfo_endpoint: `${issuer}/userinfo`,
  introspection_endpoint: `${issuer}/introspect`,
  response_types_supported: ["code"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["ES256"],
};
