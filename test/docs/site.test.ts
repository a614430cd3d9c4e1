import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { brokenLinks } from "../../docs/site/broken-links.ts";
import { pageFiles } from "../../docs/site/contents.ts";
import { root } from "../../docs/source-files.ts";
import { launchChromium, openWindow, takePictures } from "../peers/chromium.ts";
import { freePort } from "../peers/free-port.ts";

const base = "/doorward/";
const folder = mkdtempSync(join(tmpdir(), "doorward-site-test-"));
const types: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};
let server: Server;
let address: string;
let chromium: Browser;
let context: BrowserContext | undefined;

beforeAll(async () => {
  const words = [join(root, "docs/site/build.ts"), "--base", base, "--out", folder];
  await promisify(execFile)(process.execPath, words);
  const port = await freePort();
  server = createServer(({ url = "" }, response) => {
    const path = url.startsWith(base)
      ? url.slice(base.length).replace(/(^|\/)$/, "$1index.html")
      : "";
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "text/plain" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(port, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${port}${base}`;
  chromium = await launchChromium();
});

afterEach(() => context?.close());

afterAll(async () => {
  await chromium.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Opens a page of the site, and collects what goes wrong on it from then on. */
async function open(path: string, width: number): Promise<{ page: Page; faults: string[] }> {
  context = await openWindow(chromium);
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith("data:")) faults.push(`requested ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  await page.setViewportSize({ width, height: 800 });
  await page.goto(`${address}${path}`, { waitUntil: "networkidle" });
  return { page, faults };
}

describe("the site", () => {
  it("has every page of the manual, and no link that leads nowhere", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });

    const pages = files.filter((file) => file.endsWith(".html") && file !== "404.html");

    expect(pages.length).toBe(pageFiles().length);
    expect(brokenLinks(folder, base)).toEqual([]);
  });

  it("has the linked files as they are in the repository", () => {
    const code = "server/forwarded/spoofable-families.ts";

    expect(readFileSync(join(folder, `${code}.txt`))).toEqual(readFileSync(join(root, code)));
    expect(readFileSync(join(folder, "deploy/doorward.yaml"))).toEqual(
      readFileSync(join(root, "deploy/doorward.yaml")),
    );
  });

  it("finds a setting, and leads to its page", async () => {
    const { page, faults } = await open("docs/quick-start.html", 1280);
    await takePictures(page, "site-quick-start");

    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("searchbox").fill("trustedProxies");
    await page.locator(".result", { hasText: "Configuration" }).first().click();

    await page.getByRole("heading", { name: "Configuration", level: 1 }).waitFor();
    expect(page.url()).toMatch(/\/doorward\/docs\/configuration\.html#/);
    expect(faults).toEqual([]);
  });

  it.each(["", "docs/configuration.html", "docs/migrate.html"])(
    "fits on the screen of a phone: /%s",
    async (path) => {
      const { page, faults } = await open(path, 390);
      await takePictures(page, `site-${path.replaceAll(/\W/g, "-")}`);
      await page.setViewportSize({ width: 390, height: 800 });

      const width = await page.evaluate("document.documentElement.scrollWidth");

      expect(width).toBe(390);
      expect(faults).toEqual([]);
    },
  );

  it("opens a linked file, and looks for no page of its name", async () => {
    const { page } = await open("deploy/systemd/", 1280);

    await page.getByRole("link", { name: "doorward.service" }).click();

    await page.waitForURL(`${address}deploy/systemd/doorward.service`);
    expect(await page.textContent("body")).toContain("ExecStart=");
  });

  it("can be read without JavaScript", async () => {
    context = await chromium.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${address}docs/rules.html`);

    const next = page.getByRole("navigation").getByRole("link", { name: "Quick start" });
    const isVisible = await page.getByRole("heading", { name: "Conditions" }).isVisible();
    await next.click();

    expect(isVisible).toBe(true);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("Quick start");
  });
});
