import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

interface ChromiumOptions {
  /** The local port of a public host and port, such as `app.example.com:443` → 41234. */
  readonly ports?: ReadonlyMap<string, number>;
  /** The home folder that it uses, such as one whose `.pki/nssdb` trusts an authority of the tests. */
  readonly home?: string;
}

/** Debian's Chromium, headless. */
export function launchChromium({
  ports = new Map(),
  home,
}: ChromiumOptions = {}): Promise<Browser> {
  const rules = [...ports].map(([host, port]) => `MAP ${host} 127.0.0.1:${port}`);
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    headless: true,
    ...(home !== undefined && { env: { ...process.env, HOME: home } }),
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

/** A browser profile with its own cookies; its pages are tabs. */
export async function openWindow(browser: Browser): Promise<BrowserContext> {
  // The test certificates are self-signed; TLS itself is not under test.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  context.setDefaultTimeout(60_000);
  return context;
}

/** Collects the Content-Security-Policy violations on the console of a page, from now on. */
export function policyViolations(page: Page): string[] {
  const violations: string[] = [];
  page.on("console", (message) => {
    const text = message.text();
    if (/content security policy/i.test(text)) violations.push(text);
  });
  return violations;
}

/** Takes screenshots for manual review, into the folder DOORWARD_SCREENSHOTS; without that variable, none. */
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
