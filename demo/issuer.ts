// eslint-disable-next-line import/no-unassigned-import -- it has to run before oidc-provider does
import "./quiet.ts";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { Provider, type Configuration } from "oidc-provider";
import { markup, type Markup } from "./markup.ts";

/** An account at the issuer. */
export interface Account {
  readonly id: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface IssuerOptions {
  readonly accounts: readonly Account[];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
  /** 0 or omitted: any free port. */
  readonly port?: number;
  /** Omitted: plain http on 127.0.0.1; otherwise https on localhost. */
  readonly tls?: ServerOptions;
  /** The path of the issuer's address: `/`, or `/realms/demo`. Omitted: none. */
  readonly path?: string;
  /** Overrides for oidc-provider's configuration. */
  readonly configuration?: Configuration;
  /** Called and awaited before each request is answered. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

export interface Issuer {
  readonly issuer: string;
  /** For a second address of the same issuer. */
  readonly listener: RequestListener;
  close(): Promise<void>;
}

/** A real OpenID Connect issuer (oidc-provider, certified) whose sign-in page is a list of accounts. */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const server = options.tls ? createTlsServer(options.tls) : createServer();
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { path = "" } = options;
  const origin = options.tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  const issuer = origin + path;
  const provider = new Provider(issuer, configurationOf(options));
  const answer = provider.callback();
  const listener = async (request: IncomingMessage, response: ServerResponse) => {
    await options.before?.(request, response);
    if (response.writableEnded) return;
    if (request.url?.startsWith("/interaction/"))
      await interact(provider, options, request, response);
    else await answer(stripPath(path, request), response);
  };
  server.on("request", listener);
  return {
    issuer,
    listener,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** oidc-provider expects its endpoints at the root, and derives the mount path from `originalUrl`. */
function stripPath(path: string, request: IncomingMessage): IncomingMessage {
  const { url = "" } = request;
  const mount = path.replace(/\/$/, "");
  if (mount === "" || !url.startsWith(`${mount}/`)) return request;
  return Object.assign(request, { originalUrl: url, url: url.slice(mount.length) });
}

function configurationOf(options: IssuerOptions): Configuration {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        redirect_uris: [...options.redirectUris],
      },
    ],
    findAccount: (_, id) => {
      const account = options.accounts.find((one) => one.id === id);
      return account && { accountId: id, claims: () => ({ sub: id, ...account.claims }) };
    },
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name", "preferred_username", "groups"],
    },
    jwks: {
      keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "one" }],
    },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    ttl: {
      AccessToken: 3_600,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3_600,
      Interaction: 600,
      Session: 86_400,
    },
    features: {
      devInteractions: { enabled: false },
      // Off, so that the authorization request is visible in the browser's address bar.
      pushedAuthorizationRequests: { enabled: false },
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // Every account has given consent already: the consent page is not part of the demo.
    loadExistingGrant: async (context) => {
      const { client, session, params } = context.oidc;
      if (client === undefined || session?.accountId === undefined) return undefined;
      const grant = new context.oidc.provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      });
      grant.addOIDCScope(String(params?.scope ?? "openid"));
      await grant.save();
      return grant;
    },
    ...options.configuration,
  };
}

/** GET shows the accounts; POST signs in with one of them. */
async function interact(
  provider: Provider,
  { accounts }: IssuerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "POST") {
    let form = "";
    for await (const chunk of request) form += String(chunk);
    const accountId = new URLSearchParams(form).get("account") ?? "";
    const result = accountId === "" ? { error: "access_denied" } : { login: { accountId } };
    return provider.interactionFinished(request, response, result);
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  response.end(accountsPage(accounts).text);
}

const style = markup`
:root { color-scheme: light dark; --ink: #2b2140; --soft: #655a7d; --paper: #f4f1fa; --card: #fff; --line: #d9d1e8; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece8f4; --soft: #b1a7c6; --paper: #16121e; --card: #201a2b; --line: #40364f; } }
body { margin: 0; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 26rem; margin: 12vh auto 0; }
p { color: var(--soft); }
button { display: block; width: 100%; margin-top: .6rem; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); color: var(--ink); font: inherit; text-align: left; cursor: pointer; }
button:focus-visible { outline: 3px solid var(--soft); }
b { display: block; }
`;

function accountsPage(accounts: readonly Account[]): Markup {
  const buttons = accounts.map(({ id, claims }) => {
    const { name = id, email = "" } = claims;
    return markup`<button name="account" value="${id}"><b>${String(name)}</b>${String(email)}</button>`;
  });
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Issuer</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Who are you?</h1>
<p>This is the issuer, which checks accounts. A real one would ask for a password.</p>
<form method="post">${buttons}<button name="account" value=""><b>Cancel</b>Go back without signing in</button></form>
</main>
</body>
</html>
`;
}
