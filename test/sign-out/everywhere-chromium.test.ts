import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStack, type Stack } from "../../demo/stack.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { launchChromium, openWindow, policyViolations } from "../peers/chromium.ts";
import { freePort } from "../peers/free-port.ts";

let chromium: Browser;
let stack: Stack;

beforeAll(async () => {
  chromium = await launchChromium();
  const { log } = capturingLog();
  stack = await startStack({ proxy: "caddy", port: await freePort(), log });
});
afterAll(async () => {
  await stack.close();
  await chromium.close();
});

/** A browser of its own, in which this person opens the app and signs in. */
async function signedIn(name: "Ada" | "Bob"): Promise<Page> {
  const page = await (await openWindow(chromium)).newPage();
  await page.goto(stack.address);
  await page.getByRole("button", { name }).click();
  await page.getByText(`${name.toLowerCase()}@e`).first().waitFor();
  return page;
}

/** Whether the app still knows the person; otherwise the issuer asks who they are. */
async function isSignedIn(page: Page): Promise<boolean> {
  await page.goto(`${stack.address}/again`);
  return (await page.getByRole("heading", { name: "Who are you?" }).count()) === 0;
}

describe("in Chromium", () => {
  it("a person lost on doorward's host finds their own page, and signs out in every browser", async () => {
    const [desk, phone] = [await signedIn("Ada"), await signedIn("Ada")];
    const violations = policyViolations(desk);
    await desk.goto(`${stack.address}/_auth/`);
    await desk.getByRole("link", { name: "Show your sign-in" }).click();
    await desk.getByRole("heading", { name: "You are signed in" }).waitFor();
    const facts = await desk.getByRole("main").innerText();
    const before = await isSignedIn(phone);

    await desk.getByRole("link", { name: "Sign out everywhere" }).click();

    await desk.getByRole("heading", { name: "You are signed out" }).waitFor();
    const text = await desk.getByRole("main").innerText();
    expect(facts).toContain("ada@example.com");
    expect(text).toContain("in every browser and on every device");
    expect([before, await isSignedIn(phone), await isSignedIn(desk)]).toEqual([true, false, false]);
    expect(violations).toEqual([]);
  });

  it("a link of another site ends nothing, even with the proof of the own page", async () => {
    const page = await signedIn("Ada");
    await page.goto(`${stack.address}/_auth/start`);
    const link = page.getByRole("link", { name: "Sign out everywhere" });
    const href = (await link.getAttribute("href")) ?? "";
    const elsewhere = "http://127.0.0.1:9/elsewhere";
    const body = `<!doctype html><title>Elsewhere</title><a href="${href}">a link</a>`;
    await page.route(elsewhere, (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto(elsewhere);

    await page.getByRole("link", { name: "a link" }).click();

    await page.getByRole("heading", { name: "Sign out?" }).waitFor();
    expect(href).toContain("?everywhere=");
    expect(await isSignedIn(page)).toBe(true);
  });
});
