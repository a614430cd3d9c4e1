import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { proxiesOfTests } from "./starters.ts";
import { com, forgotten, net, openTwoDomains, type TwoDomains } from "./two-domains.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

describe.each(proxiesOfTests)("two sites of one doorward, behind $name", (tested) => {
  let stand: TwoDomains;

  beforeAll(async () => {
    stand = await openTwoDomains(tested, []);
  });
  afterAll(() => stand.close());

  it.each([
    ["ada", com],
    ["bob", net],
  ])("let %s sign in at %o, and send the identity to the app", async (account, { portal, app }) => {
    const browser = stand.newBrowser();

    const challenge = await browser.ask(`${app}/x`, { headers: navigation });
    const end = await browser.signIn(`${app}/x`, account);

    expect(challenge.headers.location).toBe(`${portal}/start?rd=${encodeURIComponent(`${app}/x`)}`);
    expect(end).toMatchObject({ url: `${app}/x`, status: 200 });
    expect(stand.lastUser()).toBe(account);
  });

  it("have separate sessions in one browser", async () => {
    const browser = await stand.signedIn("ada", com.app);
    const before = await browser.ask(`${net.app}/`);
    const end = await browser.signIn(`${net.app}/`, "ada");

    const both = await Promise.all([com, net].map(({ app }) => browser.ask(`${app}/`)));

    expect(before.status).toBe(401);
    expect(end.status).toBe(200);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each([
    [com, net],
    [net, com],
  ])("refuse the session cookie of %o at the other site, under any name", async (own, other) => {
    const browser = await stand.signedIn("ada", own.app);
    const [name = "", token = ""] = (await browser.jar.getCookieString(own.app)).split("=");
    const spellings = [name, cookieNameOf(other.app), cookieNameOf(own.app)].map(
      (called) => `${called}=${token}`,
    );

    const { answer, heard } = await stand.passing(() =>
      Promise.all(
        spellings.map((Cookie) => stand.newBrowser().ask(`${other.app}/`, { headers: { Cookie } })),
      ),
    );

    expect(name).toMatch(/^__Secure-doorward-[0-9a-f]{6}$/);
    expect(answer.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(heard).toEqual([]);
    expect((await browser.ask(`${own.app}/`)).status).toBe(200);
  });

  it("deny a host that neither covers, and log it", async () => {
    const ada = await stand.signedIn("ada");
    const cookie = await ada.jar.getCookieString(com.app);
    const logged = stand.events.length;

    const { answer, heard } = await stand.passing(() =>
      stand.newBrowser().ask(`https://${forgotten}/x`, {
        headers: { ...navigation, Cookie: cookie },
      }),
    );

    expect(answer.status).toBe(403);
    expect(answer.body).toContain(forgotten);
    expect(heard).toEqual([]);
    expect(stand.events.slice(logged)).toContainEqual(
      expect.objectContaining({ host: forgotten, msg: "denied: no site covers the host" }),
    );
  });
});
