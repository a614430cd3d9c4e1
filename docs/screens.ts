import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { createShowPage } from "../server/pages/show-page.ts";
import { samplePages } from "./sample-pages.ts";
import { root } from "./source-files.ts";

const folder = join(root, "docs/screens");
const languages = ["en", "ar"];
const show = createShowPage({
  name: "Example Company",
  colour: "#2f5d8a",
  support: "help@example.com",
});

/** The HTML of each picture, by its name without width and colour scheme: `choose-en`. */
export function screenPages(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(samplePages).flatMap(([name, page]) =>
      languages.map((language): [string, string] => [
        `${name}-${language}`,
        show(page, language).body,
      ]),
    ),
  );
}

/** The digests of the HTML, by which a test tells that a page changed and its pictures did not. */
export function digestsOf(pages: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    Array.from(pages, ([name, html]) => [
      name,
      createHash("sha256").update(html).digest("hex").slice(0, 16),
    ]),
  );
}

/** Every combination that each page has a picture of. */
export const looks = [390, 1280].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

async function takePictures(browser: Browser, pages: ReadonlyMap<string, string>): Promise<void> {
  for (const { width, colorScheme } of looks) {
    const page = await browser.newPage({ viewport: { width, height: 720 }, colorScheme });
    for (const [name, html] of pages) {
      await page.setContent(html);
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
    }
    await page.close();
  }
}

if (import.meta.main) {
  mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const pages = screenPages();
  await takePictures(browser, pages);
  await browser.close();
  writeFileSync(join(folder, "pages.json"), `${JSON.stringify(digestsOf(pages), undefined, 2)}\n`);
}
