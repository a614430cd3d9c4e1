import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { misbehave, type Fault } from "./provider-faults.ts";
import { Grants } from "./provider-grants.ts";

/** Somebody at a provider, whichever it is. Its stand-in says all of it in the provider's own words. */
export interface Member {
  /** Digits, for some providers count their people. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string | undefined;
  readonly isVerified: boolean;
  /** Organisations, workspaces, guilds: whatever it is that this provider has, by their names. */
  readonly groups: readonly string[];
}

/** A question to one of the provider's addresses. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  /** What stands in the path for each `:name` of its pattern, decoded. */
  readonly named: Readonly<Record<string, string | undefined>>;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; text goes out as it is. */
  readonly body: unknown;
}

/** A grant that the token endpoint is about to pay out. */
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
 * How one provider answers, as its documentation has it: data, and what turns a member into its shapes. Paths are
 * patterns (`/repos/:owner/:name`).
 */
export interface StandIn {
  /** What an operator writes, beside the client, for such a provider at another address. */
  settings(origin: string): Record<string, unknown>;
  readonly authorizationPath: string;
  readonly tokenPath: string;
  /** The token endpoint's answer, whole: `access_token`, and `refresh_token` where the provider gives one. */
  tokens(issued: Issued): Record<string, unknown>;
  /** What the token endpoint answers to a grant that is no code and no refresh token; undefined = it is one of those. */
  readonly otherGrant?: (form: URLSearchParams, origin: string) => Reply | undefined;
  /** How the token endpoint says no. Left out: as RFC 6749 §5.2 has it. */
  readonly refuse?: (error: "invalid_grant" | "invalid_client") => Reply;
  /** It takes the redirect URI from the registration alone. */
  readonly refusesRedirectUri?: true;
  /** Where the client's secret has to be; left out: in the body or in the header. */
  readonly takesSecretIn?: "body" | "header";
  /** What anybody may ask, such as metadata and keys. */
  readonly documents?: Readonly<Record<string, (origin: string) => unknown>>;
  /** What a live access token opens, to say things of its owner. */
  readonly api: Readonly<Record<string, (member: Member, asked: Asked) => Reply>>;
  /** What is asked in somebody else's name than the member's, and looks at its token itself. */
  readonly others?: Readonly<Record<string, (asked: Asked, member: Member) => Reply>>;
  /** How its API turns down a token that is spent. Left out: as RFC 6750 §3.1 has it. */
  readonly unauthorized?: Reply;
  /** The subject that doorward is to know a member by. Left out: the member's `id`. */
  readonly subject?: (member: Member) => string;
  /** The groups that doorward is to know a member's groups by. Left out: this provider has no groups. */
  readonly groups?: ((names: readonly string[]) => string[]) | undefined;
  /** How many groups are on a page of its API; left out: all of them are in one answer. */
  readonly pageSize?: number;
  /** false: it never says whether an address is verified, so the operator has to vouch for it. */
  readonly verifiesEmail?: false;
  /** false: it says of nobody what they are called. */
  readonly tellsName?: false;
  /** A code verifier is an error to it. */
  readonly refusesPkce?: true;
  /** It gives nothing to ask it again with. */
  readonly isAskedOnce?: true;
}

export interface RunningStandIn {
  readonly origin: string;
  /** Whose browser is at the provider and says yes to all. Setting a member again changes what the API says of it. */
  member: Member;
  /** The redirect URI that the client is registered with. */
  registered: string;
  /** The patterns that were asked for, in order. */
  readonly asked: string[];
  /** What goes wrong at a pattern. */
  readonly faults: Map<string, Fault>;
  /** The token endpoint's last good answer. */
  readonly paid: unknown;
  /** Forgets the client, or its secret. */
  forgetClient(): void;
  /** Takes back every token there is, as when somebody presses "revoke access". */
  revoke(): void;
  close(): Promise<void>;
}

/** A provider on the loopback that answers as its stand-in says, checks tokens, and fails where it is told to. */
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
