import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startStack, type Settings, type Stack } from "../demo/stack.ts";
import { capturingLog } from "./peers/capturing-log.ts";
import { launchChromium, openWindow, policyViolations, takePictures } from "./peers/chromium.ts";
import { freePort } from "./peers/free-port.ts";
import { cookieNameOf } from "./peers/cookie-name.ts";

let chromium: Browser;
let context: BrowserContext;
let page: Page;
let violations: string[];

beforeAll(async () => {
  chromium = await launchChromium();
});

afterAll(() => chromium.close());

beforeEach(async () => {
  context = await openWindow(chromium);
  page = await context.newPage();
  violations = policyViolations(page);
});

afterEach(() => context.close());

/** Two providers; the issuer of the second is unreachable. The first sends no claim `teams`. */
function withTwoProviders({ providers, ...own }: Settings): Record<string, unknown> {
  const company = { ...providers.company, groupsClaim: "teams" };
  const partner = { ...company, label: "Partner Ltd", issuer: "http://127.0.0.1:9" };
  return {
    ...own,
    access: { emails: ["ada@example.com"], groups: ["ops"] },
    providers: { company: { ...company, label: "Example Company" }, partner },
  };
}

const styled = { radius: "12px", violations: [] };

/** Waits for one of doorward's own pages; returns whether its style is applied, and the policy violations so far. */
async function look(title: string): Promise<unknown> {
  await page.getByRole("heading", { name: title }).waitFor();
  const style = "getComputedStyle(document.querySelector('main')).borderRadius";
  return { radius: await page.evaluate(style), violations: [...violations] };
}

/** Opens a page of another site and follows a link there. */
async function followLinkFrom(origin: string, href: string): Promise<void> {
  const elsewhere = `${origin}/elsewhere`;
  const body = `<!doctype html><title>Elsewhere</title><a href="${href}">a link</a>`;
  await page.route(elsewhere, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(elsewhere);
  await page.getByRole("link", { name: "a link" }).click();
}

describe("the pages with two providers", () => {
  let stack: Stack;

  beforeAll(async () => {
    const { log } = capturingLog();
    stack = await startStack({
      proxy: "nginx",
      port: await freePort(),
      log,
      settings: withTwoProviders,
    });
  });

  afterAll(() => stack.close());

  it("lets the visitor choose a provider, and leads to the requested page", async () => {
    await page.goto(`${stack.address}/reports?year=2026`);
    const choosing = await look("Sign in");
    await takePictures(page, "choose");

    await page.getByRole("link", { name: "Continue with Example Company" }).click();
    await page.getByRole("button", { name: "Ada" }).click();

    await page.getByText("ada@example.com").waitFor();
    expect(choosing).toEqual(styled);
    expect(page.url()).toBe(`${stack.address}/reports?year=2026`);
    await takePictures(page, "demo-app");
  });

  it("shows a page when the issuer is down, and lets the visitor sign in at the other provider", async () => {
    await page.goto(`${stack.address}/reports`);
    await page.getByRole("link", { name: "Continue with Partner Ltd" }).click();
    const failing = await look("Sign-in is not possible right now");
    await takePictures(page, "failed");

    await page.getByRole("link", { name: "Try again" }).click();
    await page.getByRole("link", { name: "Continue with Example Company" }).click();
    await page.getByRole("button", { name: "Ada" }).click();

    await page.getByText("ada@example.com").waitFor();
    expect(failing).toEqual(styled);
    expect(page.url()).toBe(`${stack.address}/reports`);
  });

  it("offers another account on the no-access page", async () => {
    await page.goto(`${stack.address}/reports`);
    await page.getByRole("link", { name: "Continue with Example Company" }).click();
    await page.getByRole("heading", { name: "Who are you?" }).waitFor();
    await takePictures(page, "demo-issuer");

    await page.getByRole("button", { name: "Bob" }).click();

    expect(await look("This account has no access")).toEqual(styled);
    expect(await page.getByRole("link", { name: "Use another account" }).isVisible()).toBe(true);
    expect(await page.getByText("says in noGroups which claims are missing").isVisible()).toBe(
      true,
    );
    await takePictures(page, "refused");
  });

  it("shows the not-signed-in page when the visitor cancels at the issuer", async () => {
    await page.goto(`${stack.address}/_auth/start?provider=company`);

    await page.getByRole("button", { name: "Cancel" }).click();

    expect(await look("You are not signed in")).toEqual(styled);
    expect(await context.cookies(stack.address)).toEqual([]);
    await takePictures(page, "cancelled");
  });

  it("shows the not-found page for a path that is no endpoint", async () => {
    await page.goto(`${stack.address}/_auth/nothing`);

    expect(await look("There is nothing here")).toEqual(styled);
    await takePictures(page, "not-found");
  });

  it("blocks injected styles on its pages", async () => {
    await page.goto(`${stack.address}/_auth/sign_out`);
    await look("You are signed out");

    await page.addStyleTag({ content: "main { border-radius: 0 }" }).catch(() => undefined);

    expect(await look("You are signed out")).toEqual({
      radius: "12px",
      violations: [expect.stringContaining("style-src")],
    });
  });
});

describe("signing out", () => {
  let stack: Stack;

  beforeAll(async () => {
    const { log } = capturingLog();
    stack = await startStack({ proxy: "caddy", port: await freePort(), log });
  });

  afterAll(() => stack.close());

  beforeEach(async () => {
    await page.goto(`${stack.address}/`);
    await page.getByRole("button", { name: "Ada" }).click();
    await page.getByText("ada@example.com").waitFor();
  });

  async function hasSession(): Promise<boolean> {
    return (await context.cookies(stack.address)).some(
      ({ name }) => name === cookieNameOf(`${stack.address}/_auth`),
    );
  }

  /** On the confirmation page: a button or a link. */
  function signOutControl() {
    return page
      .getByRole("button", { name: "Sign out" })
      .or(page.getByRole("link", { name: "Sign out" }));
  }

  it("ends on the signed-out page without a return target", async () => {
    await page.goto(`${stack.address}/_auth/sign_out`);

    expect(await look("You are signed out")).toEqual(styled);
    expect(await hasSession()).toBe(false);
    await takePictures(page, "signed-out");
  });

  it("asks for confirmation after a link from another site", async () => {
    await followLinkFrom(stack.issuer, `${stack.address}/_auth/sign_out`);
    const asking = await look("Sign out?");
    const before = await hasSession();
    await takePictures(page, "confirm-sign-out");

    await signOutControl().click();

    expect(await look("You are signed out")).toEqual(styled);
    expect(asking).toEqual(styled);
    expect(before).toBe(true);
    expect(await hasSession()).toBe(false);
  });

  it("asks for confirmation after a link from another site, then goes to the return target", async () => {
    await followLinkFrom(stack.issuer, `${stack.address}/_auth/sign_out?rd=/`);

    await signOutControl().click();

    // The app needs a new sign-in now, so the return target redirects to the issuer, on another origin.
    await page.getByRole("heading", { name: "Who are you?" }).waitFor();
    expect(await hasSession()).toBe(false);
    expect(violations).toEqual([]);
  });
});
