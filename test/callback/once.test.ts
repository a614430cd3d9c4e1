import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import {
  refusalFaults,
  openSignInDoor,
  setCookies,
  type SignInDoor,
} from "../peers/sign-in-door.ts";
import { cookieNameOf, opensSession, pendingSignIns } from "../peers/cookie-name.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor();
});
afterAll(() => door.close());

describe("a sign-in is accepted once", () => {
  it("when the same response arrives three times at once", async () => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser));
    const before = door.issuer.asked("/token");

    const answers = await Promise.all([
      door.callback(browser, url),
      door.callback(browser, url),
      door.callback(browser, url),
    ]);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([302, 400, 400]);
    expect(door.issuer.asked("/token")).toBe(before + 1);
    expect(answers.flatMap(setCookies).filter((line) => opensSession.test(line))).toHaveLength(1);
  });

  it("when its cookie is replayed", async () => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser));
    const cookie = await browser.jar.getCookieString(url);
    await door.callback(browser, url);
    const before = door.issuer.asked("/token");
    const other = door.browser();

    const replay = await other.ask(url, { headers: { ...navigation, Cookie: cookie } });

    expect(replay.status).toBe(400);
    expect(door.issuer.asked("/token")).toBe(before);
    expect(await refusalFaults(door, other, replay)).toEqual([]);
  });

  it("and a signed-in visitor who goes back in history is redirected to the target", async () => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser));
    await door.callback(browser, url);
    const before = door.issuer.asked("/token");

    const again = await door.callback(browser, url);

    expect(again.status).toBe(302);
    expect(again.headers.location).toBe(`${new URL(door.site).origin}/`);
    expect(setCookies(again)).toEqual([]);
    expect(door.issuer.asked("/token")).toBe(before);
  });

  it("within ten minutes", async () => {
    const browser = door.browser();
    const justInTime = door.browser();
    const late = door.issuer.consent(await door.start(browser));
    const before = door.issuer.asked("/token");
    const url = door.issuer.consent(await door.start(justInTime));

    door.clock.now += 10 * 60_000 - 1;
    const inTime = await door.callback(justInTime, url);
    door.clock.now += 1;
    const tooLate = await door.callback(browser, late);

    expect(inTime.status).toBe(302);
    expect(tooLate.status).toBe(400);
    expect(door.issuer.asked("/token")).toBe(before + 1);
    expect(await refusalFaults(door, browser, tooLate)).toEqual([]);
  });
});

describe("the cookie of a sign-in in progress", () => {
  // Three lengths cover every ending of base64url, whose last character has unused bits.
  it.each(["/a", "/ab", "/abc"])(
    "is rejected with any one character changed, before the code is sent (%s)",
    async (rd) => {
      const browser = door.browser();
      const url = door.issuer.consent(await door.start(browser, `?rd=${rd}`));
      const [pending = ""] = pendingSignIns(await browser.jar.getCookieString(url));
      const [name = "", value = ""] = pending.split("=");
      const places = [0, 1, 15, 16, 40, 100, value.length - 22, value.length - 2, value.length - 1];
      const before = door.issuer.asked("/token");

      for (const place of places) {
        const changed = value.slice(0, place) + nextLetter(value[place]) + value.slice(place + 1);
        const answer = await browser.ask(url, { headers: { Cookie: `${name}=${changed}` } });

        expect(answer.status, `character ${place} of ${value.length}`).toBe(400);
      }
      expect(door.issuer.asked("/token")).toBe(before);
    },
  );

  it.each([
    ["cut short", (value: string) => value.slice(0, -1)],
    ["longer by a letter", (value: string) => `${value}A`],
    ["padded", (value: string) => `${value}=`],
    ["empty", () => ""],
    ["junk", () => "%00%zz"],
    ["quoted", (value: string) => `"${value}"`],
  ])("is rejected when %s", async (_, change) => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser));
    const [pending = ""] = pendingSignIns(await browser.jar.getCookieString(url));
    const [name = "", value = ""] = pending.split("=");
    const before = door.issuer.asked("/token");

    const answer = await browser.ask(url, { headers: { Cookie: `${name}=${change(value)}` } });

    expect(answer.status).toBe(400);
    expect(door.issuer.asked("/token")).toBe(before);
  });

  it("is rejected under the name of another sign-in, and when it is repeated", async () => {
    const browser = door.browser();
    const first = door.issuer.consent(await door.start(browser));
    const second = door.issuer.consent(await door.start(browser));
    const cookies = pendingSignIns(await browser.jar.getCookieString(first));
    const [one = "", two = ""] = cookies.map((cookie) => cookie.split("=")[1]);
    const [nameOne = "", nameTwo = ""] = cookies.map((cookie) => cookie.split("=")[0]);
    const before = door.issuer.asked("/token");

    const exchanged = `${nameOne}=${two}; ${nameTwo}=${one}`;
    const twice = [...cookies, ...cookies].join("; ");
    const answers = [];
    for (const Cookie of [exchanged, twice]) {
      for (const url of [first, second])
        answers.push(await browser.ask(url, { headers: { Cookie } }));
    }

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(door.issuer.asked("/token")).toBe(before);
  });

  it("is not accepted as a session", async () => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser));
    const [pending = ""] = pendingSignIns(await browser.jar.getCookieString(url));
    const [, sealed = ""] = pending.split("=");

    const asSession = await door.verify(door.browser(), {
      headers: { Cookie: `${cookieNameOf(door.site)}=${sealed}` },
    });
    const asSessionCut = await door.verify(door.browser(), {
      headers: { Cookie: `${cookieNameOf(door.site)}=${sealed.slice(0, 43)}` },
    });

    expect([asSession.status, asSessionCut.status]).toEqual([302, 302]);
  });
});

/** The next letter of base64url's alphabet, for the smallest possible change. */
function nextLetter(letter = "A"): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[(alphabet.indexOf(letter) ^ 1) % 64] ?? "A";
}
