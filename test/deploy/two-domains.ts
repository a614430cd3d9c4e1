import { startIssuer, type Account } from "../../demo/issuer.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { startCaddy } from "../peers/caddy.ts";
import { startNginx } from "../peers/nginx.ts";
import { startEchoApp, type EchoApp, type Heard } from "../peers/echo-app.ts";
import { valuesOf } from "./gate.ts";

/** Two sites of one doorward, which no browser would give one another's cookies. */
export const com = { portal: "https://auth.example.com", app: "https://app.example.com" };
export const net = { portal: "https://auth.example.net", app: "https://app.example.net" };
/** Guarded by the proxy, and forgotten in doorward's configuration. */
export const forgotten = "app.example.org";

const renamed = {
  "app.example.com": ["app.example.com", "app.example.net", forgotten],
  "auth.example.com": ["auth.example.com", "auth.example.net"],
};

const proxies = {
  nginx: { start: startNginx, file: "own-host.conf" },
  caddy: { start: startCaddy, file: "own-host.Caddyfile" },
};

const accounts: Account[] = [
  { id: "ada", claims: { name: "Ada", groups: ["admins"] } },
  { id: "bob", claims: { name: "Bob", groups: ["staff"] } },
];
const client = { clientId: "door", clientSecret: "a secret of the door" };

/** A visitor's whole way, as in `stand.ts`, with two sites, rules, and a clock that a test can move. */
export interface TwoDomains {
  readonly app: EchoApp;
  /** What doorward logged. */
  readonly events: readonly Record<string, unknown>[];
  /** By how much doorward's clock is ahead. */
  aheadMs: number;
  newBrowser(): Browser;
  signedIn(account: string, app?: string): Promise<Browser>;
  /** What came of some requests, and which of them the app got. */
  passing<T>(work: () => Promise<T>): Promise<{ answer: T; heard: Heard[] }>;
  /** Whom the app takes the last request to be from; empty = nobody. */
  lastUser(): string;
  close(): Promise<void>;
}

export async function openTwoDomains(
  kind: "nginx" | "caddy",
  rules: readonly Record<string, unknown>[],
): Promise<TwoDomains> {
  const redirectUris = [com, net].map(({ portal }) => `${portal}/callback`);
  const issuer = await startIssuer({ accounts, ...client, redirectUris });
  const config = configOf({
    sites: [
      { url: com.portal, cookie: { domain: "example.com" } },
      { url: net.portal, cookie: { domain: "example.net" } },
    ],
    providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
    access: { anyone: true },
    rules,
  });
  const doorward = await startDoorward(config, { now: () => Date.now() + stand.aheadMs });
  const app = await startEchoApp();
  const hosts = Object.values(renamed).flat();
  const { start, file } = proxies[kind];
  const wiring = { file, hosts, doorwardPort: doorward.port, appPort: app.port, renamed };
  const proxy = await start(wiring);
  const newBrowser = () => new Browser(new Map(hosts.map((host) => [`${host}:443`, proxy.https])));
  const stand: TwoDomains = {
    app,
    events: doorward.events,
    aheadMs: 0,
    newBrowser,
    async signedIn(account, where = com.app) {
      const browser = newBrowser();
      await browser.signIn(`${where}/`, account);
      return browser;
    },
    async passing(work) {
      const before = app.heard.length;
      const answer = await work();
      return { answer, heard: app.heard.slice(before) };
    },
    lastUser: () => valuesOf(app.heard.at(-1) ?? { headers: [] }, "x-auth-request-user").join(),
    async close() {
      await proxy.stop();
      await Promise.all([doorward.close(), app.close(), issuer.close()]);
    },
  };
  return stand;
}
