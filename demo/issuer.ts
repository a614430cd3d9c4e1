import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { Provider, type Configuration } from "oidc-provider";

/** Somebody who can sign in at the issuer. The claims are what it says of them. */
export interface Account {
  readonly id: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface IssuerOptions {
  readonly accounts: readonly Account[];
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
  /** 0 or left out: any free port. */
  readonly port?: number;
  /** What differs from the usual, in oidc-provider's own words. */
  readonly configuration?: Configuration;
  /** Called before each request is answered; what it returns is waited for. */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

export interface Issuer {
  readonly issuer: string;
  close(): Promise<void>;
}

/** A real OpenID Connect issuer (oidc-provider, certified) whose sign-in page is a list of accounts. */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const server = createServer();
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configurationOf(options));
  const answer = provider.callback();
  server.on("request", async (request, response) => {
    await options.before?.(request, response);
    if (response.writableEnded) return;
    if (request.url?.startsWith("/interaction/"))
      await interact(provider, options, request, response);
    else answer(request, response);
  });
  return {
    issuer,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
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
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // Everybody has said yes to everything: consent is the issuer's matter and none of ours.
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

/** Shows who there is to be (GET), and is one of them (POST). */
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
  const buttons = accounts.map(
    ({ id, claims }) => `<p><button name="account" value="${id}">${claims.name ?? id}</button></p>`,
  );
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.end(
    `<!doctype html><title>Issuer</title><h1>Who are you?</h1><form method="post">${buttons.join("")}` +
      `<p><button name="account" value="">Nobody</button></p></form>`,
  );
}
