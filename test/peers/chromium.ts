import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

export interface ChromiumOptions {
  /** Where a public host and port really listens, such as `app.example.com:443` → 41234. */
  readonly ports?: ReadonlyMap<string, number>;
}

/** Debian's Chromium without a screen. */
export function launchChromium({ ports = new Map() }: ChromiumOptions = {}): Promise<Browser> {
  const rules = [...ports].map(([host, port]) => `MAP ${host} 127.0.0.1:${port}`);
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox", // the tests may run as root, where Chromium's own sandbox refuses to start
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(",")}`] : []),
    ],
  });
}

/** One person's browser, with cookies of its own; pages of it are tabs. */
export async function openWindow(browser: Browser): Promise<BrowserContext> {
  // The certificates of the tests are the tests' own; TLS itself is not under test.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  context.setDefaultTimeout(10_000);
  return context;
}

/** What a page complains of on the console about its Content-Security-Policy, from now on. */
export function policyViolations(page: Page): string[] {
  const violations: string[] = [];
  page.on("console", (message) => {
    const text = message.text();
    if (/content security policy/i.test(text)) violations.push(text);
  });
  return violations;
}

/** Pictures of a page for people to look at, in the folder that DOORWARD_SCREENSHOTS names; else none. */
export async function takePictures(page: Page, name: string): Promise<void> {
  const folder = process.env.DOORWARD_SCREENSHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
    }
  }
}
