import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startStack, type Settings, type Stack } from "../demo/stack.ts";
import { capturingLog } from "./peers/capturing-log.ts";
import { launchChromium, openWindow } from "./peers/chromium.ts";
import { freePort } from "./peers/free-port.ts";
import { cookieNameOf } from "./peers/cookie-name.ts";

let chromium: Browser;
let context: BrowserContext;

beforeAll(async () => {
  chromium = await launchChromium();
});

afterAll(() => chromium.close());

beforeEach(async () => {
  context = await openWindow(chromium);
});

afterEach(() => context.close());

/** An issuer that keeps its own session and skips its sign-in page for a known browser, as real ones do. */
function withIssuerSession({ providers, ...own }: Settings): Record<string, unknown> {
  return { ...own, providers: { company: { ...providers.company, authorization: {} } } };
}

const whoAreYou = { name: "Who are you?" };

function chooseAccount(page: Page, name: "Ada" | "Bob"): Promise<void> {
  return page.getByRole("button", { name }).click();
}

async function signIn(page: Page, url: string, name: "Ada" | "Bob" = "Ada"): Promise<void> {
  await page.goto(url);
  await chooseAccount(page, name);
}

function heading(page: Page): Promise<string> {
  return page.getByRole("heading").innerText();
}

async function newPages(count: number): Promise<Page[]> {
  const pages: Page[] = [];
  while (pages.length < count) pages.push(await context.newPage());
  return pages;
}

describe.each(["nginx", "caddy"] as const)("in Chromium, through %s", (proxy) => {
  let stack: Stack;

  beforeAll(async () => {
    const { log } = capturingLog();
    stack = await startStack({ proxy, port: await freePort(), log, settings: withIssuerSession });
  });

  afterAll(() => stack.close());

  it("leads a visitor through sign-in to the requested page, with their identity", async () => {
    const page = await context.newPage();
    await page.goto(`${stack.address}/reports?year=2026&part=a%26b`);
    const asked = await heading(page);

    await chooseAccount(page, "Ada");

    await page.getByText("ada@example.com").waitFor();
    expect(asked).toBe("Who are you?");
    expect(page.url()).toBe(`${stack.address}/reports?year=2026&part=a%26b`);
    expect(await page.locator("dl").innerText()).toContain("staff,engineers");
  });

  it.each([
    ["the order they were opened", [0, 1, 2]],
    ["the opposite order", [2, 1, 0]],
    ["a mixed order", [1, 2, 0]],
  ])(
    "leads each of three tabs opened signed out to its own page, finished in %s",
    async (_, order) => {
      const pages = await newPages(3);
      const paths = ["/mail", "/calendar?week=2", "/files/a%20b"];
      await Promise.all(pages.map((page, at) => page.goto(stack.address + paths[at])));
      const asked = await Promise.all(pages.map(heading));

      for (const at of order) {
        await chooseAccount(pages[at] as Page, "Ada");
        await (pages[at] as Page).getByText("ada@example.com").waitFor();
      }

      expect(asked).toEqual(["Who are you?", "Who are you?", "Who are you?"]);
      expect(pages.map((page) => page.url())).toEqual(paths.map((path) => stack.address + path));
      const names = (await context.cookies(stack.address)).map(({ name }) => name);
      expect(names).toEqual([cookieNameOf(`${stack.address}/_auth`)]);
    },
  );

  it("signs out by the link, and the app is closed in every tab", async () => {
    const [page, other] = (await newPages(2)) as [Page, Page];
    await signIn(page, `${stack.address}/`);
    await page.getByText("ada@example.com").waitFor();
    await context.clearCookies({ domain: "127.0.0.1" }); // the issuer forgets as well

    await page.getByRole("link", { name: "Sign out" }).click();
    await page.getByRole("heading", whoAreYou).waitFor();
    await other.goto(`${stack.address}/mail`);

    expect(await heading(other)).toBe("Who are you?");
    expect(await context.cookies(stack.address)).not.toContainEqual(
      expect.objectContaining({ name: cookieNameOf(`${stack.address}/_auth`) }),
    );
  });

  it("shows the signed-out page after a sign-out without a return target", async () => {
    const page = await context.newPage();
    await signIn(page, `${stack.address}/`);
    await page.getByText("ada@example.com").waitFor();

    await page.goto(`${stack.address}/_auth/sign_out`);

    expect(await heading(page)).toBe("You are signed out");
    expect(await page.getByRole("link", { name: "Sign in again" }).isVisible()).toBe(true);
  });

  it("shows the no-access page to an account without access, and lets another account in from there", async () => {
    const page = await context.newPage();
    await signIn(page, `${stack.address}/mail`, "Bob");
    await page.getByRole("heading", { name: "This account has no access" }).waitFor();
    const refused = await page.locator("main").innerText();
    const cookies = await context.cookies(stack.address);

    await page.getByRole("link", { name: "Use another account" }).click();
    await page.getByRole("heading", whoAreYou).waitFor();
    await chooseAccount(page, "Ada");

    await page.getByText("ada@example.com").waitFor();
    expect(refused).toContain("bob@elsewhere.example");
    expect(cookies).toEqual([]);
    expect(page.url()).toBe(`${stack.address}/mail`);
  });

  it("leads a signed-in visitor to the issuer to use another account", async () => {
    const page = await context.newPage();
    await signIn(page, `${stack.address}/`);
    await page.getByText("ada@example.com").waitFor();

    await page.getByRole("link", { name: "Use another account" }).click();

    await page.getByRole("heading", whoAreYou).waitFor();
    expect(new URL(page.url()).origin).toBe(stack.issuer);
  });

  it("answers a script's fetch without a session with 401 and no redirect", async () => {
    const page = await context.newPage();
    // A page of the app that was opened while the session was still valid.
    await page.route(`${stack.address}/old`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Old</title>" }),
    );
    await page.goto(`${stack.address}/old`);

    const answer = await page.evaluate(
      "fetch('/api').then(({ status, redirected }) => ({ status, redirected }))",
    );

    expect(answer).toEqual({ status: 401, redirected: false });
  });
});
