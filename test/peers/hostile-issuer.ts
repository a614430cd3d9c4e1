import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { issuerKey, jwkOf, rs256, type Claims } from "./jwt.ts";

const paths = [
  "/.well-known/openid-configuration",
  "/jwks",
  "/token",
  "/userinfo",
  "/revoke",
] as const;
export type Path = (typeof paths)[number];
export type Reply = (response: ServerResponse, request: IncomingMessage, body: string) => unknown;

/** The deviations from OpenID Connect that a test wants. */
export interface Twist {
  readonly metadata?: Claims;
  /** An entry of `undefined` removes the claim. */
  readonly claims?: Claims;
  readonly header?: Claims;
  /** Makes the ID token from its correct claims; `undefined` omits it. */
  readonly idToken?: (claims: Claims) => string | undefined;
  readonly userinfo?: Claims;
  readonly token?: Claims;
  /** Accepts an authorization request without PKCE. */
  readonly acceptsWithoutPkce?: boolean;
  /** Issues single-use refresh tokens. */
  readonly refreshes?: boolean;
  /** Awaited before the response; the body distinguishes a refresh from a sign-in. */
  readonly before?: (path: string, body: string) => unknown;
  /** Answers instead of the issuer; a handler that never calls `end` simulates a hanging issuer. */
  readonly reply?: Partial<Record<Path, Reply>>;
}

interface Received {
  readonly path: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

export interface HostileIssuer {
  readonly issuer: string;
  readonly received: Received[];
  /** The secrets that it issued, which must never appear in a page or a log. */
  readonly secrets: string[];
  /** The refresh tokens that still work: issued, neither used nor revoked. */
  goodRefreshTokens(): string[];
  /** The number of refresh requests. */
  refreshes(): number;
  twist: Twist;
  asked(path: Path): number;
  /** Grants doorward's authorization request, and returns the URL of the callback. */
  consent(authorizationUrl: string, parameters?: Record<string, string | undefined>): string;
  /** A code for that authorization request. */
  codeFor(authorizationUrl: string): string;
  close(): Promise<void>;
}

interface Grant {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirectUri: string;
  readonly clientId: string;
}

interface Issued {
  readonly grants: Map<string, Grant>;
  readonly refreshTokens: Map<string, Grant>;
}

/** Correct claims, with a verified address; a test changes one of them. */
const person = {
  sub: "ada",
  email: "ada@example.com",
  email_verified: true,
  name: "Ada",
  preferred_username: "ada.l",
  groups: ["staff"],
};

/** An issuer that follows the specification except for the twist of the test. */
export async function startHostileIssuer(port = 0): Promise<HostileIssuer> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const grants = new Map<string, Grant>();
  const refreshTokens = new Map<string, Grant>();
  const hostile: HostileIssuer = {
    issuer,
    received: [],
    secrets: [],
    twist: {},
    goodRefreshTokens: () => [...refreshTokens.keys()],
    refreshes: () =>
      hostile.received.filter(({ body }) => body.includes("grant_type=refresh_token")).length,
    asked: (path) => hostile.received.filter((one) => one.path === path).length,
    codeFor(authorizationUrl) {
      const query = new URL(authorizationUrl).searchParams;
      const code = secret(hostile);
      grants.set(code, {
        nonce: query.get("nonce") ?? "",
        challenge: query.get("code_challenge") ?? "",
        redirectUri: query.get("redirect_uri") ?? "",
        clientId: query.get("client_id") ?? "",
      });
      return code;
    },
    consent(authorizationUrl, parameters = {}) {
      const query = new URL(authorizationUrl).searchParams;
      const callback = new URL(query.get("redirect_uri") ?? "");
      const proper = { state: query.get("state") ?? "", code: hostile.codeFor(authorizationUrl) };
      for (const [name, value] of Object.entries({ ...proper, ...parameters })) {
        if (value !== undefined) callback.searchParams.set(name, value);
      }
      return callback.href;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  server.on("request", async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const path = request.url ?? "";
    const { authorization } = request.headers;
    hostile.received.push({ path, body, authorization });
    await hostile.twist.before?.(path, body);
    const reply = isPath(path) ? hostile.twist.reply?.[path] : undefined;
    if (reply !== undefined) reply(response, request, body);
    else answer(hostile, { grants, refreshTokens }, path, body, response);
  });
  return hostile;
}

function isPath(path: string): path is Path {
  return paths.some((known) => known === path);
}

function secret(hostile: HostileIssuer): string {
  const made = randomBytes(16).toString("hex");
  hostile.secrets.push(made);
  return made;
}

function answer(
  hostile: HostileIssuer,
  issued: Issued,
  path: string,
  body: string,
  response: ServerResponse,
): void {
  const { issuer, twist } = hostile;
  if (path === "/jwks") json(response, 200, { keys: [jwkOf(issuerKey.publicKey, "one")] });
  else if (path === "/token") redeem(hostile, issued, new URLSearchParams(body), response);
  else if (path === "/revoke") {
    issued.refreshTokens.delete(new URLSearchParams(body).get("token") ?? "");
    response.writeHead(200).end();
  } else if (path === "/userinfo") json(response, 200, { ...person, ...twist.userinfo });
  else if (path === "/.well-known/openid-configuration") {
    json(response, 200, { ...metadataOf(issuer), ...twist.metadata });
  } else json(response, 404, {});
}

function metadataOf(issuer: string): Claims {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256"],
  };
}

/** RFC 6749 §4.1.3 with RFC 7636 §4.6: a code is for one use, one client, one redirect URI and one verifier. */
function redeem(
  hostile: HostileIssuer,
  { grants, refreshTokens }: Issued,
  form: URLSearchParams,
  response: ServerResponse,
): void {
  const spent = form.get("refresh_token") ?? "";
  const earlier = refreshTokens.get(spent);
  refreshTokens.delete(spent);
  if (earlier !== undefined && form.get("grant_type") === "refresh_token") {
    issue(hostile, refreshTokens, earlier, response);
    return;
  }
  const code = form.get("code") ?? "";
  const grant = grants.get(code);
  grants.delete(code);
  if (
    grant === undefined ||
    !isProven(grant, form.get("code_verifier") ?? "", hostile.twist) ||
    form.get("redirect_uri") !== grant.redirectUri
  ) {
    json(response, 400, { error: "invalid_grant" });
    return;
  }
  issue(hostile, refreshTokens, grant, response);
}

function isProven({ challenge }: Grant, verifier: string, twist: Twist): boolean {
  if (challenge === "" && twist.acceptsWithoutPkce === true) return true;
  return createHash("sha256").update(verifier).digest("base64url") === challenge;
}

function issue(
  hostile: HostileIssuer,
  refreshTokens: Map<string, Grant>,
  grant: Grant,
  response: ServerResponse,
): void {
  const { twist } = hostile;
  const refreshToken = twist.refreshes ? secret(hostile) : undefined;
  if (refreshToken !== undefined) refreshTokens.set(refreshToken, grant);
  const claims = { ...properClaims(hostile.issuer, grant), ...twist.claims };
  const idToken = twist.idToken
    ? twist.idToken(claims)
    : rs256({ alg: "RS256", kid: "one", typ: "JWT", ...twist.header }, claims);
  if (idToken?.includes(".")) hostile.secrets.push(idToken);
  json(response, 200, {
    access_token: secret(hostile),
    token_type: "Bearer",
    expires_in: 300,
    id_token: idToken,
    refresh_token: refreshToken,
    ...twist.token,
  });
}

function properClaims(issuer: string, { nonce, clientId }: Grant): Claims {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer, aud: clientId, iat: now, exp: now + 300, nonce, sub: "ada" };
}

export function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

/** HTML instead of JSON, as from a captive portal or a load balancer. */
export function html(status: number): Reply {
  return (response) =>
    response.writeHead(status, { "Content-Type": "text/html" }).end("<h1>Welcome</h1>");
}
