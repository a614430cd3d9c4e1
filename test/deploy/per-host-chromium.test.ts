import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { launchChromium, openWindow } from "../peers/chromium.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { proxiesOfTests } from "./starters.ts";

const client = { clientId: "door", clientSecret: "a secret of the door" };
const [auth, app, wiki, blog] = [
  "https://auth.example.com",
  "https://app.example.com",
  "https://wiki.example.com",
  "https://blog.example.org",
] as const;
const hosts = [auth, app, wiki, blog].map((origin) => new URL(origin).host);
const accounts = [
  { id: "ada", claims: { name: "Ada" } },
  { id: "bob", claims: { name: "Bob" } },
];
const proxies = ["Debian's nginx", "Debian's Caddy", "Traefik 3.7"].flatMap((name) =>
  proxiesOfTests.filter((one) => one.name === name),
);

async function choose(page: Page, name: "Ada" | "Bob"): Promise<void> {
  await page.getByRole("button", { name }).click();
}

const heading = (page: Page) => page.getByRole("heading").innerText();

/** The person that the app got from doorward; undefined = this is no page of the app. */
async function personAt(page: Page): Promise<string | undefined> {
  const text = await page.locator("body").innerText();
  return /"x-auth-request-user",\s*"(\w+)"/i.exec(text)?.[1];
}

async function signIn(page: Page, url: string, name: "Ada" | "Bob" = "Ada"): Promise<void> {
  await page.goto(url);
  await choose(page, name);
  await page.waitForURL(url);
}

describe.each(proxies)("a session for each host in Chromium, behind $name", ({ kind, start }) => {
  let issuer: Issuer;
  let doorward: TestDoorward;
  let echo: EchoApp;
  let proxy: Proxy;
  let chromium: Browser;
  let context: BrowserContext;
  const others: BrowserContext[] = [];

  beforeAll(async () => {
    issuer = await startIssuer({ accounts, ...client, redirectUris: [`${auth}/callback`] });
    const company = { type: "oidc", issuer: issuer.issuer, ...client, authorization: {} };
    const config = configOf({
      url: auth,
      hosts: ["example.com", "example.org"],
      session: { perHost: true },
      providers: { company },
      access: { anyone: true },
    });
    doorward = await startDoorward(config);
    echo = await startEchoApp();
    const { files } = proxyFiles(config, kind);
    proxy = await start({ files, hosts, doorwardPort: doorward.port, appPort: echo.port });
    const ports = new Map(hosts.map((host) => [`${host}:443`, proxy.https]));
    chromium = await launchChromium({ ports });
  });
  afterAll(async () => {
    await chromium.close();
    await proxy.stop();
    await Promise.all([doorward.close(), echo.close(), issuer.close()]);
  });
  beforeEach(async () => {
    context = await openWindow(chromium);
  });
  afterEach(async () => {
    await Promise.all([context, ...others.splice(0)].map((one) => one.close()));
  });

  async function anotherBrowser(): Promise<BrowserContext> {
    const other = await openWindow(chromium);
    others.push(other);
    return other;
  }

  /** Signs in, and stops at the redirect with the code: its URL, which no server has seen. */
  async function codeFor(origin: string, from: BrowserContext, name: "Ada" | "Bob" = "Ada") {
    const page = await from.newPage();
    // Playwright's own routes do not see redirects.
    const session = await from.newCDPSession(page);
    const stopped = new Promise<string>((resolve) => {
      session.on("Fetch.requestPaused", ({ requestId, request }) => {
        resolve(request.url);
        void session.send("Fetch.fulfillRequest", { requestId, responseCode: 204 });
      });
    });
    await session.send("Fetch.enable", { patterns: [{ urlPattern: `${origin}/_auth/callback*` }] });
    const isSignedIn = (await sessionAt(from, auth)).length > 0;
    // A 204 leaves the browser on the page before.
    const opened = page.goto(`${origin}/`).catch((error: unknown) => error);
    if (!isSignedIn) {
      await opened;
      await page.getByRole("button", { name }).click();
    }
    const url = await stopped;
    await opened;
    await session.send("Fetch.disable");
    return { page, url };
  }

  const sessionAt = async (from: BrowserContext, origin: string) =>
    (await from.cookies(origin)).filter(({ name }) => /^__Host-doorward-\w{6}$/.test(name));

  it("signs in once for all hosts, and sets cookies for each host alone", async () => {
    const page = await context.newPage();
    await signIn(page, `${app}/reports?year=2026`);
    const people = [await personAt(page)];
    for (const url of [`${wiki}/a%20b`, `${blog}/`]) {
      await page.goto(url);
      expect(page.url()).toBe(url);
      people.push(await personAt(page));
    }
    const cookies = (await context.cookies()).filter(({ domain }) => /\bexample\b/.test(domain));

    expect(people).toEqual(["ada", "ada", "ada"]);
    for (const { name, domain, ...cookie } of cookies) {
      expect(name).toMatch(/^__Host-doorward-/);
      expect(hosts).toContain(domain);
      expect(cookie).toMatchObject({ path: "/", secure: true, httpOnly: true });
    }
    for (const host of [auth, app, wiki, blog])
      expect(await sessionAt(context, host)).toHaveLength(1);
  });

  it.each([
    [0, 1, 2],
    [2, 1, 0],
  ])(
    "leads each of three tabs to its own page, finished in the order %d, %d, %d",
    async (...order) => {
      const urls = [`${app}/one`, `${blog}/two`, `${app}/three`];
      const pages: Page[] = [];
      for (const url of urls) {
        const page = await context.newPage();
        await page.goto(url);
        pages.push(page);
      }

      for (const at of order) {
        const page = pages[at] as Page;
        await choose(page, "Ada");
        await page.waitForURL(urls[at] ?? "");
        expect(await personAt(page)).toBe("ada");
      }
    },
  );

  it("leads back to the page from a callback in the history", async () => {
    const page = await context.newPage();
    const callbacks: string[] = [];
    page.on("request", (request) => {
      if (request.url().startsWith(`${app}/_auth/callback`)) callbacks.push(request.url());
    });
    await signIn(page, `${app}/page`);
    await page.goto(`${app}/next`);
    await page.goBack();
    const [back, count] = [page.url(), callbacks.length];
    await page.goto(callbacks[0] ?? "");

    expect(count).toBe(1);
    expect([back, page.url()]).toEqual([`${app}/page`, `${app}/page`]);
    expect(await personAt(page)).toBe("ada");
  });

  it("opens nothing for a visitor who follows an attacker's code", async () => {
    const { url } = await codeFor(app, await anotherBrowser(), "Bob");
    const page = await context.newPage();
    const answer = await page.goto(url);
    const session = await sessionAt(context, app);
    await page.goto(`${app}/`);

    expect(answer?.status()).toBe(400);
    expect(session).toEqual([]);
    // Not Bob: the visitor has to sign in.
    expect(await heading(page)).toBe("Who are you?");
  });

  it("opens nothing for a thief of a code, and the visitor starts again with one click", async () => {
    const { page, url } = await codeFor(app, context);
    const thief = await (await anotherBrowser()).newPage();
    const atAnother = await thief.goto(url.replace(app, wiki));
    const stolen = await thief.goto(url);
    const spent = await page.goto(url);
    await page.getByRole("link", { name: "Try again" }).click();
    await page.waitForURL(`${app}/`);

    expect([atAnother, stolen, spent].map((one) => one?.status())).toEqual([400, 400, 400]);
    expect(await personAt(page)).toBe("ada");
  });

  it("takes the code of one host at no other host of the same browser", async () => {
    const { url } = await codeFor(app, context);
    const { page, url: other } = await codeFor(blog, context);
    const mixed = new URL(other);
    mixed.searchParams.set("code", new URL(url).searchParams.get("code") ?? "");
    const answer = await page.goto(mixed.href);

    expect(answer?.status()).toBe(400);
    expect(await sessionAt(context, blog)).toEqual([]);
  });

  it("does not spend a code on a prefetched link", async () => {
    const { page, url } = await codeFor(app, context);
    const elsewhere = await context.newPage();
    await elsewhere.goto(`${wiki}/`);
    const prefetched = elsewhere.waitForResponse((one) => one.url() === url);
    const link = `Object.assign(document.createElement("link"), { rel: "prefetch", href: ${JSON.stringify(url)} })`;
    await elsewhere.evaluate(`void document.head.append(${link})`);
    const status = (await prefetched).status();
    await page.goto(url);

    expect(status).toBe(403);
    expect(await personAt(page)).toBe("ada");
  });

  it("signs out of all hosts in every tab", async () => {
    const page = await context.newPage();
    await signIn(page, `${app}/`);
    await page.goto(`${blog}/`);
    await context.clearCookies({ domain: "127.0.0.1" }); // the issuer forgets as well
    await page.goto(`${blog}/_auth/sign_out`);
    const title = await heading(page);
    await page.goto(`${app}/`);

    expect(title).toBe("You are signed out");
    expect(await heading(page)).toBe("Who are you?");
  });

  it("changes the person at all hosts with another account", async () => {
    const page = await context.newPage();
    await signIn(page, `${app}/`);
    await page.goto(`${blog}/`);
    await page.goto(`${blog}/_auth/start?prompt=select_account&rd=/other`);
    await choose(page, "Bob");
    await page.waitForURL(`${blog}/other`);
    const there = await personAt(page);
    await page.goto(`${app}/`);

    expect([there, await personAt(page)]).toEqual(["bob", "bob"]);
  });
});
