import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { samplePages } from "../../docs/sample-pages.ts";
import { root } from "../../docs/source-files.ts";
import { send } from "../../server/http/send.ts";
import { createShowPage } from "../../server/pages/show-page.ts";
import { launchChromium } from "../peers/chromium.ts";

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
const names = Object.keys(samplePages);
const languages = ["en", "de", "ar"];
const widths = [390, 1280];
const schemes = ["light", "dark"] as const;

let chromium: Browser;
let server: Server;
let address: string;

beforeAll(async () => {
  chromium = await launchChromium();
  const show = createShowPage({
    name: "Example Company",
    colour: "#2f5d8a",
    support: "help@example.com",
    footer: "Imprint: example.com/imprint",
  });
  server = createServer((request, response) => {
    const page = samplePages[request.url?.slice(1) ?? ""];
    if (page === undefined) return void response.writeHead(404).end();
    send(response, show(page, request.headers["accept-language"]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await chromium.close();
  server.closeAllConnections();
  server.close();
});

interface Seen {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors on the console, violations of the Content-Security-Policy among them. */
  readonly errors: string[];
}

async function openIn(
  locale: string,
  options: Parameters<Browser["newContext"]>[0],
): Promise<Seen> {
  const context = await chromium.newContext({ locale, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    // Chromium logs every response with an error status.
    const isStatus = message.text().startsWith("Failed to load resource: the server responded");
    if (message.type() === "error" && !isStatus) errors.push(message.text());
  });
  page.on("pageerror", ({ message }) => errors.push(message));
  return { context, page, errors };
}

/** What axe-core finds wrong, by its rule and the element. */
async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate<string[]>(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ": " + html)))`,
  );
}

const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

describe.each(languages)("all pages in Chromium, in the language %s", (language) => {
  it.each(widths.flatMap((width) => schemes.map((scheme) => [width, scheme] as const)))(
    "are accessible, without an error, and fit the width of %d px in the %s scheme",
    async (width, colorScheme) => {
      const { context, page, errors } = await openIn(language, {
        viewport: { width, height: 800 },
        colorScheme,
      });
      const faults: Record<string, unknown> = {};
      for (const name of names) {
        await page.goto(`${address}/${name}`);
        const found = await axeFaults(page);
        const wider = await page.evaluate<number>(overflow);
        const lang = await page.evaluate<string>("document.documentElement.lang");
        if (found.length > 0 || wider > 0 || lang !== language)
          faults[name] = { found, wider, lang };
      }
      await context.close();

      expect(faults).toEqual({});
      expect(errors).toEqual([]);
    },
    120_000,
  );
});

describe("all pages in Chromium", () => {
  it.each<[string, Parameters<Browser["newContext"]>[0]]>([
    // 200 % of 640 px is a viewport of 320 CSS pixels with two device pixels each.
    ["at a zoom of 200 %", { viewport: { width: 320, height: 400 }, deviceScaleFactor: 2 }],
    ["with reduced motion", { reducedMotion: "reduce" }],
    ["with forced colours", { forcedColors: "active" }],
  ])("are whole %s", async (_, options) => {
    const { context, page, errors } = await openIn("ar", options);
    const faults: Record<string, unknown> = {};
    for (const name of names) {
      await page.goto(`${address}/${name}`);
      const wider = await page.evaluate<number>(overflow);
      const moving = await page.evaluate<number>("document.getAnimations().length");
      const hidden = await page.evaluate<number>(
        "[...document.querySelectorAll('a')].filter((link) => link.getBoundingClientRect().height < 24 && link.closest('main')).length",
      );
      if (wider > 0 || moving > 0 || hidden > 0) faults[name] = { wider, moving, hidden };
    }
    await context.close();

    expect(faults).toEqual({});
    expect(errors).toEqual([]);
  });

  it("are used by keyboard: Tab goes through the next steps in their order, each with a visible outline", async () => {
    const { context, page } = await openIn("en", {});
    const faults: Record<string, unknown> = {};
    for (const name of names) {
      await page.goto(`${address}/${name}`);
      const links = await page.evaluate<string[]>(
        "Array.from(document.querySelectorAll('a'), ({ textContent }) => textContent)",
      );
      const reached: string[] = [];
      const outlines = new Set<string>();
      for (let index = 0; index < links.length; index++) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate<string>("document.activeElement.textContent"));
        outlines.add(
          await page.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle"),
        );
      }
      if (String(reached) !== String(links) || String([...outlines]) !== "solid")
        faults[name] = { links, reached, outlines: [...outlines] };
    }
    await context.close();

    expect(faults).toEqual({});
  });

  it("keep their layout with the longest and strangest names", async () => {
    const { context, page } = await openIn("en", { viewport: { width: 390, height: 800 } });
    const { denied } = samplePages;
    const show = createShowPage({
      name: "N".repeat(200),
      colour: "#2f5d8a",
      footer: "F".repeat(300),
    });
    const wider: number[] = [];
    for (const account of [
      "a".repeat(300),
      "👩🏽‍🚀".repeat(100),
      "\u202Eabc",
      "<script>alert(1)</script>",
    ]) {
      const paragraphs = denied?.paragraphs.map((one) => ({
        ...one,
        values: { account, app: account },
      }));
      const body = denied && paragraphs && show({ ...denied, paragraphs }, "ar").body;
      await page.setContent(body ?? "");
      wider.push(await page.evaluate<number>(overflow));
    }
    await context.close();

    expect(wider).toEqual([0, 0, 0, 0]);
  });
});
