import type { RequestListener, ServerResponse } from "node:http";
import type { ServerOptions } from "node:https";
import type { ClientMetadata, Configuration } from "oidc-provider";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import type { ForwardProxyOf } from "../../server/config/forward-proxy.ts";
import { Browser, send } from "./browser.ts";
import { configOf, startDoorward, type TestDoorward } from "./doorward.ts";
import { freePort } from "./free-port.ts";
import { forwarded } from "./sign-in-door.ts";

export interface ClientDoorOptions {
  /** The client's registration at the issuer, in addition to its id and redirect URIs. */
  readonly registration?: Partial<ClientMetadata>;
  /** Provider settings in doorward's configuration, in addition to the issuer and the client id. */
  readonly provider?: Record<string, unknown>;
  readonly features?: Pick<
    NonNullable<Configuration["features"]>,
    "pushedAuthorizationRequests" | "mTLS"
  >;
  /** Other settings of the issuer. */
  readonly issuer?: Configuration;
  readonly tls?: ServerOptions;
  readonly proxyOf?: ForwardProxyOf;
}

/** doorward with a real issuer (oidc-provider) that accepts only one client authentication method. */
export interface ClientDoor {
  readonly site: string;
  readonly issuer: string;
  readonly issuerListener: RequestListener;
  readonly doorward: TestDoorward;
  readonly clock: { now: number };
  /** The requests to the issuer with the status of the response, such as `POST /token 200`. */
  readonly asked: string[];
  /** Handlers that answer instead of the issuer, by path. */
  readonly instead: Map<string, (response: ServerResponse) => unknown>;
  newBrowser(): Browser;
  /** Signs in with a new browser. */
  signIn(): Promise<Browser>;
  /** Calls /verify; `headers` are sent in addition to the proxy's. */
  verify(browser: Browser, headers?: Record<string, string>): ReturnType<typeof send>;
  close(): Promise<void>;
}

const ttl = {
  AccessToken: 86_400,
  AuthorizationCode: 60,
  Grant: 86_400,
  IdToken: 3_600,
  Interaction: 600,
  RefreshToken: 86_400,
  Session: 86_400,
};

export async function openClientDoor(options: ClientDoorOptions): Promise<ClientDoor> {
  const site = `http://localhost:${await freePort()}/_auth`;
  const asked: string[] = [];
  const instead: ClientDoor["instead"] = new Map();
  const issuer = await startRecorded(site, options, asked, instead);
  const clock = { now: Date.now() };
  const company = {
    type: "oidc",
    issuer: issuer.issuer,
    clientId: "door",
    scope: "openid email",
    ...options.provider,
  };
  const config = configOf({
    url: site,
    providers: { company },
    access: { subjects: ["ada"] },
    session: { refresh: "1h" },
    headers: { "X-Auth-Request-User": "subject", "X-Access-Token": "accessToken" },
    rules: [{ path: "/api/**", bearer: { introspection: true } }],
  });
  const held = { now: () => clock.now, ...(options.proxyOf && { proxyOf: options.proxyOf }) };
  const doorward = await startDoorward(config, held).catch(async (error: unknown) => {
    await issuer.close();
    throw error;
  });
  const newBrowser = () => new Browser(new Map([[new URL(site).host, doorward.port]]));
  return {
    site,
    issuer: issuer.issuer,
    issuerListener: issuer.listener,
    doorward,
    clock,
    asked,
    instead,
    newBrowser,
    async signIn() {
      const browser = newBrowser();
      await browser.signIn(`${site}/start?rd=/`, "ada");
      return browser;
    },
    verify: (browser, headers = {}) =>
      browser.ask(`${site}/verify`, { headers: { ...forwarded(site), ...headers } }),
    async close() {
      await doorward.close();
      await issuer.close();
    },
  };
}

function startRecorded(
  site: string,
  { registration = {}, features = {}, issuer = {}, tls }: ClientDoorOptions,
  asked: string[],
  instead: ClientDoor["instead"],
): Promise<Issuer> {
  const redirectUris = [`${site}/callback`];
  return startIssuer({
    accounts: [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }],
    clientId: "door",
    clientSecret: "",
    redirectUris,
    ...(tls && { tls }),
    before: async ({ method = "", url = "" }, response) => {
      const { pathname } = new URL(url, "http://issuer");
      response.on("finish", () => asked.push(`${method} ${pathname} ${response.statusCode}`));
      await instead.get(pathname)?.(response);
    },
    configuration: {
      clients: [
        {
          client_id: "door",
          redirect_uris: redirectUris,
          grant_types: ["authorization_code", "refresh_token"],
          ...registration,
        },
      ],
      issueRefreshToken: async () => true,
      ttl,
      features: {
        devInteractions: { enabled: false },
        introspection: { enabled: true, allowedPolicy: () => true },
        revocation: { enabled: true, allowedPolicy: () => true },
        ...features,
      },
      ...issuer,
    },
  });
}
