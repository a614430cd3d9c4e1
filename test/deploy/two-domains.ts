import { startIssuer, type Account } from "../../demo/issuer.ts";
import { Browser } from "../peers/browser.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp, type Heard } from "../peers/echo-app.ts";
import { valuesOf } from "./gate.ts";
import type { TestedProxy } from "./starters.ts";

/** Two sites of one doorward on different domains, which share no cookies. */
export const com = { portal: "https://auth.example.com", app: "https://app.example.com" };
export const net = { portal: "https://auth.example.net", app: "https://app.example.net" };
/** A host that the proxy protects and doorward's configuration does not contain. */
export const forgotten = "app.example.org";
const forgottenSite = { url: "https://auth.example.org", cookie: { domain: "example.org" } };

const accounts: Account[] = [
  { id: "ada", claims: { name: "Ada", groups: ["admins"] } },
  { id: "bob", claims: { name: "Bob", groups: ["staff"] } },
];
const client = { clientId: "door", clientSecret: "a secret of the door" };

/** Like `Stand` in `stand.ts`, with two sites, rules and an adjustable clock. */
export interface TwoDomains {
  readonly app: EchoApp;
  /** What doorward logged. */
  readonly events: readonly Record<string, unknown>[];
  /** How far doorward's clock is ahead. */
  aheadMs: number;
  newBrowser(): Browser;
  signedIn(account: string, app?: string): Promise<Browser>;
  /** The result of some requests, and the requests that reached the app. */
  passing<T>(work: () => Promise<T>): Promise<{ answer: T; heard: Heard[] }>;
  /** The user header of the app's last request; empty without an identity. */
  lastUser(): string;
  close(): Promise<void>;
}

export async function openTwoDomains(
  { kind, start }: TestedProxy,
  rules: readonly Record<string, unknown>[],
): Promise<TwoDomains> {
  const redirectUris = [com, net].map(({ portal }) => `${portal}/callback`);
  const issuer = await startIssuer({ accounts, ...client, redirectUris });
  const sites = [
    { url: com.portal, cookie: { domain: "example.com" } },
    { url: net.portal, cookie: { domain: "example.net" } },
  ];
  const config = configOf({
    sites,
    providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
    access: { anyone: true },
    rules,
  });
  const doorward = await startDoorward(config, { now: () => Date.now() + stand.aheadMs });
  const app = await startEchoApp();
  const printedFor = { ...config, rules: [], sites: [...sites, forgottenSite] };
  const { files } = proxyFiles(printedFor, kind);
  const hosts = ["com", "net", "org"].flatMap((end) => [
    `app.example.${end}`,
    `auth.example.${end}`,
  ]);
  const wiring = { files, hosts, doorwardPort: doorward.port, appPort: app.port };
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
