import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answered } from "../peers/answered.ts";
import type { Browser } from "../peers/browser.ts";
import { listedObjects, revokeById } from "../peers/session-list.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

const chosen = variants.filter(({ proxy }) => ["nginx", "caddy", "traefik"].includes(proxy));

/** The same browser, which calls itself this. */
function named(browser: Browser, name: string): Browser {
  const ask = browser.ask.bind(browser);
  browser.ask = (url, given) =>
    ask(url, { ...given, headers: { "User-Agent": name, ...given?.headers } });
  return browser;
}

describe.each(chosen)("the sessions of a journey behind $name", (variant) => {
  let stand: Stand;
  let phone: Browser;
  let desk: Browser;
  let bob: Browser;

  beforeAll(async () => {
    stand = await setUp(variant, undefined, { session: { remember: true } });
    phone = named(stand.newBrowser(), "Mozilla/5.0 (Android 16) Firefox/143.0");
    desk = named(stand.newBrowser(), `Mozilla/5.0 (X11; Linux x86_64) ${"x".repeat(500)}`);
    bob = stand.newBrowser();
    for (const browser of [phone, desk]) await answered(() => browser.signIn(`${appUrl}/`, "ada"));
    await answered(() => bob.signIn(`${appUrl}/`, "bob"));
  });
  afterAll(() => stand.close());

  /** nginx redirects with 303 where the others do with 302. */
  const verdicts = async () => {
    const all: (string | number)[] = [];
    for (const browser of [phone, desk, bob]) {
      const { status } = await browser.open(`${appUrl}/`, 0);
      all.push([302, 303].includes(status) ? "sign in" : status);
    }
    return all;
  };

  it("are listed with the address that the proxy forwards, and the browser", async () => {
    const signIns = stand.events.filter(({ event }) => event === "signed_in");
    const [ofPhone, ofDesk] = signIns.map(({ session }) => session);

    const found = await listedObjects(stand.config, { subject: "ada" });

    const common = { provider: "company", subject: "ada", address: "127.0.0.1" };
    const browser = "Mozilla/5.0 (X11; Linux x86_64) ".padEnd(200, "x");
    expect(new Set(found)).toEqual(
      new Set([
        expect.objectContaining({
          ...common,
          id: ofPhone,
          browser: "Mozilla/5.0 (Android 16) Firefox/143.0",
        }),
        expect.objectContaining({ ...common, id: ofDesk, browser }),
      ]),
    );
    expect(signIns[0]?.address).toBe("127.0.0.1");
    expect(await listedObjects(stand.config)).toHaveLength(3);
  });

  it("end one by one: the next request of an ended session has to sign in", async () => {
    const before = await verdicts();
    const found = await listedObjects(stand.config, { subject: "ada" });
    const ofPhone = found.find(({ browser }) => String(browser).includes("Android"));

    await revokeById(stand.config, String(ofPhone?.id));

    expect(before).toEqual([200, 200, 200]);
    await expect.poll(verdicts).toEqual(["sign in", 200, 200]);
    const [left, ...others] = await listedObjects(stand.config, { subject: "ada" });
    expect([left?.id === ofPhone?.id, others]).toEqual([false, []]);
  });

  it("end everywhere from the own page, which the page at the host's root leads to", async () => {
    await answered(() => phone.signIn(`${appUrl}/`, "ada"));
    const lost = await desk.open(`${variant.site}/nothing-here`);
    const own = await desk.open(`${variant.site}/start`);
    const [, link = ""] = /href="([^"]+\?everywhere=[\w-]+)"/.exec(own.body) ?? [];

    const page = await desk.open(link);

    expect(lost.status).toBe(404);
    expect(lost.body).toContain(`href="${variant.site}/start"`);
    expect(page.body).toContain("in every browser and on every device");
    expect(await verdicts()).toEqual(["sign in", "sign in", 200]);
    expect(await listedObjects(stand.config, { subject: "ada" })).toEqual([]);
  });
});
