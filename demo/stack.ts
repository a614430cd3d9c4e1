import { pino } from "pino";
import { createApp } from "../server/app/app.ts";
import { checkConfig } from "../server/config/load.ts";
import { createSecret } from "../server/config/secret.ts";
import type { Log } from "../server/observe/log.ts";
import { startApp } from "./app.ts";
import { startIssuer, type Account } from "./issuer.ts";
import { listenOnLoopback } from "./loopback.ts";
import { startProxy, type ProxyName } from "./proxy.ts";

export const ada: Account = {
  id: "ada",
  claims: {
    name: "Ada",
    email: "ada@example.com",
    email_verified: true,
    preferred_username: "ada",
    groups: ["staff", "engineers"],
  },
};

export const bob: Account = {
  id: "bob",
  claims: {
    name: "Bob",
    email: "bob@elsewhere.example",
    email_verified: true,
    preferred_username: "bob",
  },
};

/** The settings that a `doorward.yaml` for the demo would contain. */
export interface Settings extends Record<string, unknown> {
  readonly providers: { readonly company: Record<string, unknown> };
}

interface StackOptions {
  readonly proxy: ProxyName;
  readonly port: number;
  /** Omitted: only warnings, on stderr. */
  readonly log?: Log;
  /** Changes the demo's default settings. */
  readonly settings?: (own: Settings) => Record<string, unknown>;
}

export interface Stack {
  /** The app's URL in the browser. */
  readonly address: string;
  readonly issuer: string;
  close(): Promise<void>;
}

/** Starts a real issuer, doorward, an app and a proxy, all on this machine. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const started: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of started.toReversed()) await end();
    started.length = 0;
  };
  try {
    return { ...(await startAll(options, started)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startAll(
  { proxy, port, log, settings = (own) => own }: StackOptions,
  started: (() => Promise<void>)[],
): Promise<Omit<Stack, "close">> {
  const address = `http://localhost:${port}`;
  const client = { clientId: "doorward", clientSecret: createSecret() };
  const redirectUris = [`${address}/_auth/callback`];
  const issuer = await startIssuer({ accounts: [ada, bob], ...client, redirectUris });
  started.push(() => issuer.close());
  const app = await startApp();
  started.push(() => app.close());
  const config = checkConfig("the demo", settings(ownSettings(address, issuer.issuer, client)), {});
  const service = await createApp(config, { log: log ?? pino({ level: "warn" }, process.stderr) });
  started.push(() => service.close());
  const doorward = await listenOnLoopback(service.listener);
  started.push(() => doorward.close());
  const front = await startProxy(proxy, { port, doorward: doorward.port, app: app.port });
  started.push(() => front.close());
  return { address, issuer: issuer.issuer };
}

function ownSettings(
  address: string,
  issuer: string,
  client: { readonly clientId: string; readonly clientSecret: string },
): Settings {
  return {
    url: `${address}/_auth`,
    secret: createSecret(),
    providers: {
      // Without prompt=login the issuer would sign Ada in again at once, and sign-out would have no visible effect.
      company: { type: "oidc", issuer, ...client, authorization: { prompt: "login" } },
    },
    access: { emails: ["ada@example.com"] },
    storage: { driver: "memory" },
  };
}
