import { Browser, navigation, send, type HttpResponse, type Ask } from "./browser.ts";
import { configOf, startDoorward, testSecret, type TestDoorward } from "./doorward.ts";
import { freePort } from "./free-port.ts";
import { startHostileIssuer, type HostileIssuer } from "./hostile-issuer.ts";
import { expectNoSecrets } from "./no-secrets.ts";
import { opensSession } from "./cookie-name.ts";

export const client = { clientId: "door", clientSecret: "the door's own secret at its issuer" };

/** doorward with the hostile issuer, and a clock that the test controls. */
export interface SignInDoor {
  readonly site: string;
  readonly issuer: HostileIssuer;
  readonly doorward: TestDoorward;
  readonly clock: { now: number };
  browser(): Browser;
  /** Opens /start, and returns the authorization request of its redirect. */
  start(browser: Browser, query?: string): Promise<string>;
  callback(browser: Browser, url: string): Promise<HttpResponse>;
  signIn(browser: Browser): Promise<HttpResponse>;
  verify(browser: Browser, ask?: Ask): Promise<HttpResponse>;
  /** A new instance with an empty cache, as after a restart. */
  reopen(settings?: Settings): Promise<Reopened>;
  close(): Promise<void>;
}

export interface Reopened {
  readonly doorward: TestDoorward;
  /** The response of /verify to this `Cookie` header. */
  verify(cookie: string): Promise<HttpResponse>;
}

/** Additional settings; `providers` are added to the one of the hostile issuer. */
type Settings = Record<string, unknown> & { readonly providers?: Record<string, unknown> };

export async function openSignInDoor(
  settings: Settings = {},
  provider: Record<string, unknown> = {},
): Promise<SignInDoor> {
  const issuer = await startHostileIssuer();
  const site = `http://localhost:${await freePort()}/_auth`;
  const clock = { now: Date.now() };
  const company = { type: "oidc", issuer: issuer.issuer, ...client, ...provider };
  const open = ({ providers, ...others }: Settings) => {
    const usual = { url: site, access: { emails: ["ada@example.com"] } };
    const config = configOf({ ...usual, ...others, providers: { company, ...providers } });
    return startDoorward(config, { now: () => clock.now });
  };
  const doorward = await open(settings);
  const reopened: TestDoorward[] = [];
  const ports = new Map([[new URL(site).host, doorward.port]]);
  const browsers: Browser[] = [];
  const door: SignInDoor = {
    site,
    issuer,
    doorward,
    clock,
    browser() {
      const browser = new Browser(ports);
      browsers.push(browser);
      return browser;
    },
    async start(browser, query = "") {
      const answer = await browser.ask(`${site}/start${query}`, { headers: navigation });
      if (answer.status !== 302) throw new Error(`/start answers ${answer.status}`);
      return String(answer.headers.location);
    },
    callback: (browser, url) => browser.ask(url, { headers: navigation }),
    async signIn(browser) {
      return door.callback(browser, issuer.consent(await door.start(browser)));
    },
    verify: (browser, ask = {}) =>
      browser.ask(`${site}/verify`, { ...ask, headers: { ...forwarded(site), ...ask.headers } }),
    async reopen(changed = {}) {
      const again = await open({ ...settings, ...changed });
      reopened.push(again);
      const url = `http://127.0.0.1:${again.port}/_auth/verify`;
      const verify = (Cookie: string) =>
        send(url, new Map(), { headers: { ...forwarded(site), Cookie } });
      return { doorward: again, verify };
    },
    async close() {
      await Promise.all([doorward, ...reopened].map((one) => one.close()));
      await issuer.close();
      const log = JSON.stringify([doorward, ...reopened].map(({ events }) => events));
      const given = browsers.flatMap((browser) => Array.from(browser.given));
      expectNoSecrets(log, [...issuer.secrets, ...given, client.clientSecret, testSecret]);
    },
  };
  return door;
}

/** The headers of a proxy for a visitor who opens the site's root page. */
export function forwarded(site: string): Record<string, string> {
  const { protocol, host } = new URL(site);
  return {
    ...navigation,
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": protocol.slice(0, -1),
    "X-Forwarded-Host": host,
    "X-Forwarded-Uri": "/",
  };
}

/** Every `Set-Cookie` line as it went over the wire. */
export function setCookies({ rawHeaders }: HttpResponse): string[] {
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "set-cookie",
  );
}

/** The faults of a refusal: it must not leak a secret, create a session or let the browser in. */
export async function refusalFaults(
  door: SignInDoor,
  browser: Browser,
  answer: HttpResponse,
): Promise<string[]> {
  const shown = answer.body + JSON.stringify(door.doorward.events);
  const secrets = [...door.issuer.secrets, client.clientSecret];
  const verdict = await door.verify(browser);
  const faults = {
    "it creates a session": setCookies(answer).some((line) => opensSession.test(line)),
    "its status is no error": answer.status < 400,
    "it is not an HTML page": !String(answer.headers["content-type"]).includes("text/html"),
    "it can be cached": answer.headers["cache-control"] !== "no-store",
    "the page or the log contains a secret": secrets.some((secret) => shown.includes(secret)),
    "the page shows internals": /\bat .+:\d+:\d+|AuthError|<script|node_modules|OAUTH_/.test(
      answer.body,
    ),
    "the browser is not redirected to sign in":
      verdict.status !== 302 || !String(verdict.headers.location).includes("/start?rd="),
  };
  return Object.entries(faults).flatMap(([fault, isSo]) => (isSo ? [fault] : []));
}
