import type { Browser, BrowserContext } from "playwright-core";
import { valuesOf } from "../../deploy/gate.ts";
import { launchChromium, openWindow } from "../../peers/chromium.ts";
import { startEchoApp, type EchoApp } from "../../peers/echo-app.ts";
import type { Member } from "../../peers/provider-stand-in.ts";
import type { Proxy } from "../../peers/proxy-process.ts";
import type { Migrated } from "./migration.ts";
import { startRecipe, type RecipeHost } from "./recipe.ts";

export const ada: Member = {
  id: "470011",
  username: "ada",
  name: "Ada",
  email: "ada@example.com",
  isVerified: true,
  groups: ["acme"],
};
export const bob: Member = {
  ...ada,
  id: "470012",
  username: "bob",
  email: "bob@elsewhere.example",
  groups: ["umbrella"],
};

/** The parts of every journey: doorward instances, nginx with oauth2-proxy's recipe, the app and a browser. */
interface Stand {
  readonly doors: readonly Migrated[];
  readonly echo: EchoApp;
  readonly proxy: Proxy;
  readonly chromium: Browser;
  /** The local ports of the public hosts and ports. */
  readonly ports: ReadonlyMap<string, number>;
}

export let stand: Stand;
const windows: BrowserContext[] = [];

/** Starts nginx in front of the doorward instances; `others` are ports that nginx does not serve. */
export async function setUp(
  doors: readonly Migrated[],
  hostsOf: (ports: number[], app: number) => RecipeHost[],
  others: ReadonlyMap<string, number> = new Map(),
): Promise<void> {
  const echo = await startEchoApp();
  const hosts = hostsOf(
    doors.map(({ doorward }) => doorward.port),
    echo.port,
  );
  const proxy = await startRecipe(hosts);
  const ports = new Map([
    ...others,
    ...hosts.flatMap(
      ({ name }) =>
        [
          [`${name}:443`, proxy.https],
          [`${name}:80`, proxy.http],
        ] as const,
    ),
  ]);
  stand = { doors, echo, proxy, chromium: await launchChromium({ ports }), ports };
}

export async function tearDown(): Promise<void> {
  for (const window of windows.splice(0)) await window.close();
  await stand.chromium.close();
  await stand.proxy.stop();
  await Promise.all([stand.echo.close(), ...stand.doors.map((door) => door.close())]);
}

/** A browser window of a member who is signed in at the provider only. */
export async function windowOf(member: Member): Promise<BrowserContext> {
  for (const { provider } of stand.doors) provider.member = member;
  const window = await openWindow(stand.chromium);
  windows.push(window);
  return window;
}

/** The values of an identity header in the app's last request. */
export function identityHeader(name: string): string[] {
  return valuesOf(stand.echo.heard.at(-1) ?? { headers: [] }, `x-auth-request-${name}`);
}
