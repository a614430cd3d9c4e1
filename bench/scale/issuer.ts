import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createKey, jws, type Fields } from "../../test/peers/token-issuer.ts";

/** An issuer for many people, with refresh tokens for one use each, as strict as the strictest real ones. */
export interface CrowdIssuer {
  readonly issuer: string;
  /** The refresh token of a session that did not come from a sign-in here. */
  refreshTokenOf(subject: string): string;
  /** The callback's URL for doorward's authorization request, granted by this person. */
  consent(authorizationUrl: string, subject: string): string;
  readonly counts: { refreshes: number; revoked: number };
  /** When each subject's refresh token was replaced last, on the clock of `performance.now()`. */
  readonly refreshedAt: Map<string, number>;
  close(): Promise<void>;
}

interface Grant {
  readonly subject: string;
  readonly nonce: string;
}

export async function startCrowdIssuer(): Promise<CrowdIssuer> {
  const key = createKey("ES256");
  const codes = new Map<string, Grant>();
  /** The current one of each subject. */
  const refreshTokens = new Map<string, string>();
  const counts = { refreshes: 0, revoked: 0 };
  const refreshedAt = new Map<string, number>();
  const server = createServer({ keepAliveTimeout: 60_000 }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const next = (subject: string) => {
    const token = `${subject}.${randomBytes(12).toString("base64url")}`;
    refreshTokens.set(subject, token);
    return token;
  };
  const issue = ({ subject, nonce }: Grant, response: ServerResponse) => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, aud: "door", iat, exp: iat + 300, ...claimsOf(subject) };
    const header = { alg: key.alg, kid: key.kid, typ: "JWT" };
    const id_token = jws(header, nonce === "" ? claims : { ...claims, nonce }, key);
    const access_token = randomBytes(16).toString("hex");
    const refresh_token = next(subject);
    const token_type = "Bearer";
    json(response, 200, { access_token, token_type, expires_in: 300, id_token, refresh_token });
  };
  const redeem = (form: URLSearchParams, response: ServerResponse) => {
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    if (code !== undefined) return issue(code, response);
    const token = form.get("refresh_token") ?? "";
    const subject = token.split(".", 1)[0] ?? "";
    if (refreshTokens.get(subject) === token) {
      counts.refreshes++;
      refreshedAt.set(subject, performance.now());
      return issue({ subject, nonce: "" }, response);
    }
    json(response, 400, { error: "invalid_grant" });
  };
  server.on("request", async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const form = new URLSearchParams(body);
    if (request.url === "/token") return redeem(form, response);
    if (request.url === "/revoke") {
      counts.revoked++;
      return response.end();
    }
    if (request.url === "/keys") return json(response, 200, { keys: [key.jwk] });
    json(response, 200, metadataOf(issuer));
  });

  return {
    issuer,
    refreshTokenOf: next,
    consent(authorizationUrl, subject) {
      const query = new URL(authorizationUrl).searchParams;
      const callback = new URL(query.get("redirect_uri") ?? "");
      const code = randomBytes(16).toString("hex");
      codes.set(code, { subject, nonce: query.get("nonce") ?? "" });
      callback.searchParams.set("code", code);
      callback.searchParams.set("state", query.get("state") ?? "");
      callback.searchParams.set("iss", issuer);
      return callback.pathname + callback.search;
    },
    counts,
    refreshedAt,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function claimsOf(subject: string): Fields & { sub: string; email: string } {
  const email = `${subject}@example.com`;
  return { sub: subject, email, email_verified: true, name: "Ada", groups: ["staff", "ops"] };
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

function metadataOf(issuer: string): Fields {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  };
}
