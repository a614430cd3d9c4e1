import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Fields = Record<string, unknown>;

/** A key pair of an issuer; `jwk` is the public part for its key set. */
export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly jwk: Fields;
}

let made = 0;

export function createKey(alg = "RS256"): IssuerKey {
  const kid = `key-${++made}`;
  const { publicKey, privateKey } =
    alg === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : alg === "EdDSA"
        ? generateKeyPairSync("ed25519")
        : generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" };
  return { kid, alg, privateKey, jwk };
}

export function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** A JWS in compact form (RFC 7515 §7.1), with any header and claims. */
export function jws(header: Fields, claims: unknown, { alg, privateKey }: IssuerKey): string {
  const input = `${part(header)}.${part(claims)}`;
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  const signature = sign(alg === "EdDSA" ? null : "sha256", Buffer.from(input), key);
  return `${input}.${signature.toString("base64url")}`;
}

/** An issuer over real HTTP for which a test signs any token; it counts the requests that it gets. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly asked: { discovery: number; keys: number; introspection: number };
  /** The published keys; the first one signs. */
  keys: IssuerKey[];
  /** The introspection responses of opaque tokens. */
  readonly opaque: Map<string, Fields>;
  /** If true, it accepts connections and drops them. */
  isDown: boolean;
  /** The `Authorization` of the last introspection request. */
  lastClient: string | undefined;
  close(): Promise<void>;
}

export async function startTokenIssuer(metadata: Fields = {}): Promise<TokenIssuer> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self: TokenIssuer = {
    issuer,
    asked: { discovery: 0, keys: 0, introspection: 0 },
    keys: [createKey()],
    opaque: new Map(),
    isDown: false,
    lastClient: undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return self;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (self.isDown) return void request.socket.destroy();
    response.setHeader("Content-Type", "application/json");
    switch (request.url) {
      case "/.well-known/openid-configuration":
        self.asked.discovery++;
        return void response.end(JSON.stringify({ ...describe(issuer), ...metadata }));
      case "/keys":
        self.asked.keys++;
        return void response.end(JSON.stringify({ keys: self.keys.map(({ jwk }) => jwk) }));
      case "/introspect": {
        self.asked.introspection++;
        self.lastClient = request.headers.authorization;
        let form = "";
        for await (const chunk of request) form += String(chunk);
        const token = new URLSearchParams(form).get("token") ?? "";
        return void response.end(JSON.stringify(self.opaque.get(token) ?? { active: false }));
      }
      default:
        response.statusCode = 404;
        return void response.end("{}");
    }
  }
}

function describe(issuer: string): Fields {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    introspection_endpoint: `${issuer}/introspect`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
  };
}
