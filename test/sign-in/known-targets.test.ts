import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;

beforeEach(async () => {
  door = await openSignInDoor();
});
afterEach(() => door.close());

const minuteMs = 60_000;
const origin = () => new URL(door.site).origin;

/** Starts sign-ins, a second apart, and returns the issuer's responses to them. */
async function startTabs(browser: ReturnType<SignInDoor["browser"]>, count: number) {
  const responses: string[] = [];
  for (let tab = 0; tab < count; tab++) {
    door.clock.now += 1_000;
    responses.push(door.issuer.consent(await door.start(browser, `?rd=/tab/${tab}`)));
  }
  return responses;
}

describe("the return target of a sign-in that is over", () => {
  it("is where 24 restored tabs arrive, of which the browser keeps eight transactions", async () => {
    const browser = door.browser();
    const responses = await startTabs(browser, 24);

    const arrived: unknown[] = [];
    for (const url of responses.toReversed())
      arrived.push((await door.callback(browser, url)).headers.location);

    expect(arrived).toEqual(responses.map((_, tab) => `${origin()}/tab/${tab}`).toReversed());
  });

  it("is known to the page that asks a visitor without a session to start again", async () => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser, "?rd=/report"));
    door.issuer.twist = { token: { error: "invalid_grant" } };
    await door.callback(browser, url);

    const again = await door.callback(browser, url);

    expect(again.status).toBe(400);
    expect(again.body).toContain(encodeURIComponent(`${origin()}/report`));
  });

  it("is forgotten when the sign-in would have expired", async () => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser, "?rd=/report"));
    await door.callback(browser, url);
    const early = await door.callback(browser, url);
    door.clock.now += 11 * minuteMs;

    const late = await door.callback(browser, url);

    expect(early.headers.location).toBe(`${origin()}/report`);
    expect(late.headers.location).toBe(`${door.site}/start`);
  });

  it("stays known, however often the callback of another sign-in is opened again", async () => {
    const browser = door.browser();
    const first = door.issuer.consent(await door.start(browser, "?rd=/first"));
    const second = door.issuer.consent(await door.start(browser, `?rd=/${"b".repeat(100)}`));
    door.issuer.twist = { token: { error: "invalid_grant" } };
    await door.callback(browser, first);

    for (let time = 0; time < 25; time++) await door.callback(browser, second);

    expect((await door.callback(browser, first)).body).toContain(
      encodeURIComponent(`${origin()}/first`),
    );
  });

  it("leaves all cookies under 4 KiB when the next sign-in begins", async () => {
    const browser = door.browser();
    const rd = `?rd=/${"a".repeat(1_850)}`;
    door.issuer.twist = { token: { error: "invalid_grant" } };
    await door.callback(browser, door.issuer.consent(await door.start(browser, rd)));

    await door.start(browser, rd);

    const header = await browser.jar.getCookieString(door.site);
    expect(header.length + "; doorward-123456=".length + 43).toBeLessThan(4_096);
  });

  it("is another browser's secret: a state leads only the browser that started it", async () => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser, "?rd=/report"));
    await door.callback(browser, url);
    const other = door.browser();
    await door.signIn(other);

    const answer = await door.callback(other, url);

    expect(answer.headers.location).toBe(`${door.site}/start`);
  });

  it("is sealed: a cookie that was written elsewhere is ignored", async () => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser, "?rd=/report"));
    const callback = await door.callback(browser, url);
    const [name] = setCookies(callback).flatMap((line) => /^\S+-targets/.exec(line)?.[0] ?? []);
    const cookie = await browser.jar.getCookieString(door.site);

    const answer = await browser.ask(url, {
      headers: { ...navigation, Cookie: `${cookie}; ${name}=aHR0cHM6Ly9ldmlsLmV4YW1wbGU` },
    });

    expect(name).toMatch(/^doorward-[0-9a-f]{6}-targets$/);
    expect(answer.headers.location).toBe(`${door.site}/start`);
  });
});
