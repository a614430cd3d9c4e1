import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startIssuer, type Account, type Issuer } from "../../demo/issuer.ts";
import { createApp } from "../../server/app/app.ts";
import type { Config } from "../../server/config/schema.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { answered } from "../peers/answered.ts";
import { Browser } from "../peers/browser.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { openGate, type Gate } from "./gate.ts";
import { proxiesOfTests, type TestedProxy } from "./starters.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

const ownHost = {
  site: "https://auth.example.com",
  hosts: ["app.example.com", "auth.example.com"],
  cookie: { domain: "example.com" },
  cookieName: cookieNameOf("https://auth.example.com", { domain: "example.com" }),
};
const mounted = {
  site: "https://app.example.com/_auth",
  hosts: ["app.example.com"],
  cookie: {},
  cookieName: cookieNameOf("https://app.example.com/_auth"),
};

/** Each proxy, with doorward on its own host and mounted. */
export const variants = proxiesOfTests.flatMap((tested) => [
  { ...used(tested), name: `${tested.name}, own host`, ...ownHost },
  { ...used(tested), name: `${tested.name}, mounted`, ...mounted },
]);

function used({ name, kind, start }: TestedProxy) {
  return { program: name, proxy: kind, start };
}

export type Variant = (typeof variants)[number];

export const appUrl = "https://app.example.com";

const accounts: Account[] = [
  {
    id: "ada",
    claims: {
      name: "Ada",
      email: "ada@example.com",
      email_verified: true,
      preferred_username: "ada.l",
      groups: ["staff", "ops"],
    },
  },
  { id: "bob", claims: { name: "Bob", email: "bob@elsewhere.example", email_verified: true } },
  { id: "carol", claims: { name: "Carol" } }, // has no email address
];
const client = { clientId: "door", clientSecret: "a secret of the door" };

/** The proxy with its printed configuration, doorward, an issuer, and the app behind them. */
export interface Stand {
  readonly app: EchoApp;
  readonly gate: Gate;
  readonly proxy: Proxy;
  /** The configuration that the proxy's files are printed from. */
  readonly config: Config;
  /** doorward's log. */
  readonly events: readonly Record<string, unknown>[];
  newBrowser(): Browser;
  signedIn(account: string): Promise<Browser>;
  /** Replaces doorward by one with other `access`, with the same store. */
  permit(access: Record<string, unknown>): Promise<void>;
  close(): Promise<void>;
}

export async function setUp(
  variant: Variant,
  /** Changes the printed files, as a mistake of the operator would. */
  changed: (text: string) => string = (text) => text,
  settings: Record<string, unknown> = {},
): Promise<Stand> {
  const { site, hosts } = variant;
  const { log, events } = capturingLog();
  const base = await mkdtemp(join(tmpdir(), "doorward-store-"));
  const issuer = await startIssuer({ accounts, ...client, redirectUris: [`${site}/callback`] });
  const configFor = (access: Record<string, unknown>) =>
    configOfVariant(variant, issuer, base, { ...settings, access });
  const config = configFor({ anyone: true });
  let doorward = await createApp(config, { log });
  const gate = await openGate(doorward.listener);
  const app = await startEchoApp();
  const printed = proxyFiles(config, variant.proxy).files;
  const files = new Map(Array.from(printed, ([name, text]) => [name, changed(text)]));
  const wiring = { files, hosts, doorwardPort: gate.port, appPort: app.port };
  const proxy = await variant.start(wiring);
  const newBrowser = () => new Browser(portsOf(variant, proxy));
  return {
    app,
    gate,
    proxy,
    config,
    events,
    newBrowser,
    async signedIn(account) {
      const browser = newBrowser();
      await answered(() => browser.signIn(`${appUrl}/`, account));
      return browser;
    },
    async permit(access) {
      await doorward.close();
      doorward = await createApp(configFor(access), { log });
      gate.answer = doorward.listener;
    },
    async close() {
      await proxy.stop();
      await Promise.all([gate.shut(), app.close(), issuer.close()]);
      await doorward.close();
      await rm(base, { recursive: true });
    },
  };
}

function configOfVariant(
  { site: url, cookie }: Variant,
  { issuer }: Issuer,
  base: string,
  settings: Record<string, unknown>,
): Config {
  const providers = { company: { type: "oidc", issuer, ...client } };
  const storage = { driver: "fs-lite", base };
  return configOf({ url, cookie, providers, ...settings, storage });
}

function portsOf({ hosts }: Variant, { http, https }: Proxy): Map<string, number> {
  return new Map([
    ...hosts.map((host) => [`${host}:443`, https] as const),
    ...hosts.map((host) => [`${host}:80`, http] as const),
  ]);
}
