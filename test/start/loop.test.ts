import { afterEach, describe, expect, it } from "vitest";
import { deriveKey, seal } from "../../server/cookies/seal.ts";
import { createToken } from "../../server/session/token.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";
import { testSecret } from "../peers/doorward.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
afterEach(() => door.close());

const open = (browser: Browser, query = "?rd=/page") =>
  browser.ask(`${door.site}/start${query}`, { headers: navigation });

/** Opens /start for the same page as often as a browser in a loop. */
async function thirdStart(browser: Browser, query?: string) {
  await open(browser, query);
  await open(browser, query);
  return open(browser, query);
}

/** A signed-in browser in which a sibling host has planted the session of another one, for a path. */
async function twoSessions(path: string): Promise<{ browser: Browser; other: Browser }> {
  const name = cookieNameOf(door.site);
  const [browser, other] = [door.browser(), door.browser()];
  await door.signIn(browser);
  await door.signIn(other);
  const planted = (await other.jar.getCookieString(door.site)).split(`${name}=`)[1];
  const { origin } = new URL(door.site);
  await browser.jar.setCookie(`${name}=${planted}; Path=${path}`, `${origin}${path}/x`);
  return { browser, other };
}

function loopEvent() {
  return door.doorward.events.findLast(({ msg }) => msg === "sign-in loop stopped");
}

describe("the third sign-in for the same target within a minute", () => {
  it("ends on a page, and the next one starts again", async () => {
    door = await openSignInDoor();
    const browser = door.browser();

    const answers = [];
    for (let index = 0; index < 4; index++) answers.push(await open(browser));

    expect(answers.map(({ status }) => status)).toEqual([302, 302, 403, 302]);
    expect(answers[2]?.headers.location).toBeUndefined();
    expect(answers[2]?.body).toContain("/start?rd=");
    expect(loopEvent()).toMatchObject({ host: new URL(door.site).host, mend: expect.any(String) });
    expect(answers[2]?.body).toContain(String(loopEvent()?.requestId));
  });

  it("is found in the compat endpoint's redirects too", async () => {
    door = await openSignInDoor({ compat: "oauth2-proxy", skipProviderButton: true });
    const browser = door.browser();
    const statuses = [];

    for (let index = 0; index < 3; index++) {
      const answer = await browser.ask(`${door.site}/sign_in`, {
        headers: { ...navigation, "X-Auth-Request-Redirect": "/page" },
      });
      const start = await browser.ask(String(answer.headers.location), { headers: navigation });
      statuses.push(start.status);
    }

    expect(statuses).toEqual([302, 302, 403]);
  });

  it("is not counted across targets, nor after the minute, nor after a sign-out", async () => {
    door = await openSignInDoor();
    const browser = door.browser();
    const twice = async (query: string) => [await open(browser, query), await open(browser, query)];

    const answers = [...(await twice("?rd=/a")), ...(await twice("?rd=/b"))];
    door.clock.now += 60_000;
    answers.push(...(await twice("?rd=/a")));
    await browser.ask(`${door.site}/sign_out`, { headers: navigation });
    answers.push(...(await twice("?rd=/a")));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([302]));
  });

  it("is counted for each of four tabs that loop in turns", async () => {
    door = await openSignInDoor();
    const browser = door.browser();
    const statuses = [];

    for (let round = 0; round < 3; round++)
      for (const tab of ["a", "b", "c", "d"])
        statuses.push((await open(browser, `?rd=/${tab}`)).status);

    expect(statuses).toEqual([...Array<number>(8).fill(302), 403, 403, 403, 403]);
  });

  it("does not count what a visitor clicks: another account", async () => {
    door = await openSignInDoor();
    const browser = door.browser();
    const statuses = [];

    for (let index = 0; index < 5; index++)
      statuses.push((await open(browser, "?rd=/page&prompt=select_account")).status);

    expect(new Set(statuses)).toEqual(new Set([302]));
  });

  it("is not counted from a record that another version wrote", async () => {
    door = await openSignInDoor();
    const key = deriveKey(testSecret, "", "recent starts");
    const value = seal(key, `recent starts:${door.site}`, JSON.stringify({ "/page": 2 }));

    const answer = await door.browser().ask(`${door.site}/start?rd=/page`, {
      headers: { ...navigation, Cookie: `${cookieNameOf(door.site)}-starts=${value}` },
    });

    expect(answer.status).toBe(302);
  });

  it("is not counted from a changed, foreign or planted cookie", async () => {
    door = await openSignInDoor();
    const browser = door.browser();
    await open(browser);
    await open(browser);
    const name = `${cookieNameOf(door.site)}-starts`;
    const cookies = (await browser.jar.getCookieString(`${door.site}/start`)).split("; ");
    const value = cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);

    const statuses = [];
    for (const changed of ["", "junk", `${value}A`, value?.slice(0, -1), "W10"]) {
      const answer = await door.browser().ask(`${door.site}/start?rd=/page`, {
        headers: { ...navigation, Cookie: `${name}=${changed}` },
      });
      statuses.push(answer.status);
    }

    expect(new Set(statuses)).toEqual(new Set([302]));
  });
});

describe("the page that ends a loop names the cause", () => {
  it("no session cookie comes back", async () => {
    door = await openSignInDoor();

    const answer = await thirdStart(door.browser());

    expect(answer.body).toContain("did not bring back the cookie");
    expect(loopEvent()).toMatchObject({ reason: "no_cookie" });
    expect(loopEvent()?.mend).toContain("Secure cookie");
  });

  it("the session is live, but the page's /verify does not see it", async () => {
    door = await openSignInDoor();
    const browser = door.browser();
    await door.signIn(browser);

    const answer = await thirdStart(browser);

    expect(answer.body).toContain("does not see it");
    expect(loopEvent()).toMatchObject({ reason: "session_not_seen" });
    expect(loopEvent()?.mend).toContain("Cookie header");
  });

  it("the cookie does not reach the page's host", async () => {
    door = await openSignInDoor({ allowedRedirects: ["elsewhere.example"] });
    const browser = door.browser();
    await door.signIn(browser);

    await thirdStart(browser, "?rd=https://elsewhere.example/");

    expect(loopEvent()?.mend).toContain("does not reach elsewhere.example: set cookie.domain");
  });

  it("this store does not know the session, as on a replica with its own store", async () => {
    door = await openSignInDoor();
    const browser = door.browser();
    await browser.jar.setCookie(`${cookieNameOf(door.site)}=${createToken()}; Path=/`, door.site);

    const answer = await thirdStart(browser);

    expect(answer.body).toContain("no longer knows it");
    expect(loopEvent()).toMatchObject({ reason: "unknown_session" });
    expect(loopEvent()?.mend).toContain("storage.driver is memory");
  });

  it("two live sessions, of which /start sees only one", async () => {
    door = await openSignInDoor();
    // For the page's path alone, so /start does not get the second cookie.
    const { browser } = await twoSessions("/page");
    const page = `${new URL(door.site).origin}/page`;

    const locations = [];
    let answer = await open(browser, "?rd=/elsewhere");
    for (let round = 0; round < 3; round++) {
      const Cookie = await browser.jar.getCookieString(page);
      const verdict = await door.verify(door.browser(), {
        headers: { "X-Forwarded-Uri": "/page", Cookie },
      });
      locations.push(String(verdict.headers.location));
      answer = await browser.ask(locations.at(-1) ?? "", { headers: navigation });
    }

    expect(new Set(locations)).toEqual(
      new Set([`${door.site}/start?rd=${encodeURIComponent(page)}&seen=two_sessions`]),
    );
    expect(answer.status).toBe(403);
    expect(answer.body).toContain("sends two sign-ins");
    expect(loopEvent()).toMatchObject({ reason: "two_sessions" });
    expect(loopEvent()?.mend).toContain(cookieNameOf(door.site));
  });

  it("the policy asks for more than the issuer gives", async () => {
    door = await openSignInDoor({ rules: [{ path: "/page", acr: ["strong"] }] });
    const browser = door.browser();
    await door.signIn(browser);

    const answer = await thirdStart(browser);

    expect(answer.body).toContain("stronger sign-in");
    expect(loopEvent()).toMatchObject({ reason: "not_permitted" });
  });

  it("the return target is not allowed", async () => {
    door = await openSignInDoor();

    const answer = await thirdStart(door.browser(), "?rd=https://elsewhere.example/");

    expect(answer.status).toBe(403);
    expect(loopEvent()).toMatchObject({ reason: "target" });
  });

  it("without HTML or script of the visitor's", async () => {
    door = await openSignInDoor();

    const answer = await thirdStart(
      door.browser(),
      `?rd=${encodeURIComponent('/"><svg onload=x>')}`,
    );

    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain("<svg");
  });
});

describe("two live sessions in one browser", () => {
  it("end with the next sign-in, and the new one counts", async () => {
    door = await openSignInDoor();
    const { browser, other } = await twoSessions("/_auth");

    const before = await door.verify(browser);
    const answer = await door.signIn(browser);
    const after = await door.verify(browser);

    expect(before.status).toBe(302);
    expect(setCookies(answer).join()).toContain(`${cookieNameOf(door.site)}=`);
    expect(after.status).toBe(200);
    expect((await door.verify(other)).status).toBe(302);
  });
});
