import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { misbehave, type Fault } from "./provider-faults.ts";
import { Grants } from "./provider-grants.ts";

/** A user of any provider. Each stand-in translates it to the provider's own format. */
export interface Member {
  /** Digits, because some providers number their users. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string | undefined;
  readonly isVerified: boolean;
  /** The names of the provider's organisations, workspaces or guilds. */
  readonly groups: readonly string[];
}

/** A request to one of the provider's paths. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  /** The decoded value of each `:name` in the pattern of the path. */
  readonly named: Readonly<Record<string, string | undefined>>;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent unchanged. */
  readonly body: unknown;
}

/** A grant that the token endpoint answers with tokens. */
export interface Issued {
  readonly origin: string;
  readonly member: Member;
  readonly clientId: string;
  /** Of the authorization request; a refreshed ID token has none. */
  readonly nonce: string | undefined;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/**
 * How one provider answers according to its documentation: data, and functions that format a member. Paths are patterns
 * (`/repos/:owner/:name`).
 */
export interface StandIn {
  /** The settings, in addition to the client, for this kind of provider at another address. */
  settings(origin: string): Record<string, unknown>;
  readonly authorizationPath: string;
  readonly tokenPath: string;
  /** The complete token response: `access_token`, and `refresh_token` if the provider issues one. */
  tokens(issued: Issued): Record<string, unknown>;
  /** The token endpoint's response to any other grant; undefined = the grant is a code or a refresh token. */
  readonly otherGrant?: (form: URLSearchParams, origin: string) => Reply | undefined;
  /** The token endpoint's error response. Omitted: as in RFC 6749 §5.2. */
  readonly refuse?: (error: "invalid_grant" | "invalid_client") => Reply;
  /** It accepts only the registered redirect URI, and rejects one in the request. */
  readonly refusesRedirectUri?: true;
  /** Where the client's secret must be. Omitted: in the body or in the header. */
  readonly takesSecretIn?: "body" | "header";
  /** Public documents, such as metadata and keys. */
  readonly documents?: Readonly<Record<string, (origin: string) => unknown>>;
  /** The API for the owner of a valid access token. */
  readonly api: Readonly<Record<string, (member: Member, asked: Asked) => Reply>>;
  /** Paths that are called with other credentials than a member's, and verify those themselves. */
  readonly others?: Readonly<Record<string, (asked: Asked, member: Member) => Reply>>;
  /** The API's response to an invalid token. Omitted: as in RFC 6750 §3.1. */
  readonly unauthorized?: Reply;
  /** The expected subject of a member. Omitted: the member's `id`. */
  readonly subject?: (member: Member) => string;
  /** The expected groups of a member. Omitted: this provider has no groups. */
  readonly groups?: ((names: readonly string[]) => string[]) | undefined;
  /** The number of groups on a page of its API. Omitted: one response contains all of them. */
  readonly pageSize?: number;
  /** false: it never reports whether an address is verified, so the operator must set `trustEmail`. */
  readonly verifiesEmail?: false;
  /** false: it provides no names. */
  readonly tellsName?: false;
  /** It rejects a code verifier. */
  readonly refusesPkce?: true;
  /** It offers no way to refresh. */
  readonly isAskedOnce?: true;
}

export interface RunningStandIn {
  readonly origin: string;
  /** The signed-in member, who consents to everything. Setting a member again updates its data in the API. */
  member: Member;
  /** The registered redirect URI. */
  registered: string;
  /** The requested patterns, in order. */
  readonly asked: string[];
  /** The fault to simulate for a pattern. */
  readonly faults: Map<string, Fault>;
  /** The token endpoint's last successful response. */
  readonly paid: unknown;
  /** Forgets the client, or its secret. */
  forgetClient(): void;
  /** Revokes every token, as the button "revoke access" does. */
  revoke(): void;
  close(): Promise<void>;
}

/** Starts a provider on loopback that answers as its stand-in defines, verifies tokens, and simulates faults. */
export async function startStandIn(standIn: StandIn, member: Member): Promise<RunningStandIn> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const grants = new Grants(standIn, origin, member);
  const routes = routesOf(standIn, origin, grants);
  const asked: string[] = [];
  const faults = new Map<string, Fault>();
  server.on("request", async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "", origin);
    const { path, answer, named } = find(routes, url);
    asked.push(path);
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const fault = faults.get(path);
    const { method = "", headers } = request;
    if (fault === undefined) write(response, answer({ method, url, named, headers, body }));
    else misbehave(fault, response);
  });
  return {
    origin,
    asked,
    faults,
    get member() {
      return grants.member;
    },
    set member(next) {
      grants.member = next;
    },
    get registered() {
      return grants.registered;
    },
    set registered(uri) {
      grants.registered = uri;
    },
    get paid() {
      return grants.paid;
    },
    forgetClient() {
      grants.isClientUnknown = true;
    },
    revoke: () => grants.revoke(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Route {
  readonly path: string;
  readonly pattern: URLPattern;
  readonly answer: (asked: Asked) => Reply;
}

function routesOf(standIn: StandIn, origin: string, grants: Grants): Route[] {
  const { documents = {}, others = {}, api, unauthorized = tokenIsInvalid } = standIn;
  const answers: [path: string, answer: Route["answer"]][] = [
    [standIn.authorizationPath, ({ url }) => grants.consent(url.searchParams)],
    [standIn.tokenPath, (asked) => grants.redeem(asked)],
  ];
  for (const [path, document] of Object.entries(documents)) {
    answers.push([path, () => ({ body: document(origin) })]);
  }
  for (const [path, answer] of Object.entries(others)) {
    answers.push([path, (asked) => answer(asked, grants.member)]);
  }
  for (const [path, answer] of Object.entries(api)) {
    answers.push([
      path,
      (asked) => {
        const owner = grants.ownerOf(asked.headers.authorization);
        return owner === undefined ? unauthorized : answer(owner, asked);
      },
    ]);
  }
  return answers.map(([path, answer]) => {
    return { path, answer, pattern: new URLPattern({ pathname: path }) };
  });
}

function find(
  routes: readonly Route[],
  url: URL,
): Pick<Route, "path" | "answer"> & Pick<Asked, "named"> {
  for (const { path, pattern, answer } of routes) {
    const found = pattern.exec(url);
    if (found === null) continue;
    const named = Object.entries(found.pathname.groups).map(([name, value]) => [
      name,
      decodeURIComponent(value ?? ""),
    ]);
    return { path, answer, named: Object.fromEntries(named) as Asked["named"] };
  }
  return { path: url.pathname, named: {}, answer: () => ({ status: 404, body: {} }) };
}

function write(response: ServerResponse, { status = 200, headers, body }: Reply): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(text);
}

const tokenIsInvalid: Reply = {
  status: 401,
  headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
  body: { error: "invalid_token" },
};
