import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor();
});
afterAll(() => door.close());

function stateOf(authorizationUrl: string): string {
  return new URL(authorizationUrl).searchParams.get("state") ?? "";
}

describe("many sign-ins started in one browser", () => {
  it("keep the eight newest and drop the oldest first", async () => {
    const browser = door.browser();
    const states: string[] = [];
    for (let index = 0; index < 10; index++) {
      door.clock.now += 1_000;
      states.push(stateOf(await door.start(browser, `?rd=/${index}`)));
    }

    const cookies = (await browser.jar.getCookieString(door.site)).split("; ");

    const kept = cookies.flatMap(
      (cookie) => /^doorward-[0-9a-f]{6}-([\w-]{22})=/.exec(cookie)?.[1] ?? [],
    );
    expect(kept.toSorted()).toEqual(states.slice(2).toSorted());
  });

  it.each([10, 400, 1_500, 1_900])(
    "stay under 4 KiB of cookies with return targets of %i characters",
    async (length) => {
      const browser = door.browser();
      let last = "";
      for (let index = 0; index < 10; index++) {
        door.clock.now += 1_000;
        last = await door.start(browser, `?rd=/${"a".repeat(length)}${index}`);
        const header = await browser.jar.getCookieString(door.site);
        expect(header.length + "; doorward-123456=".length + 43).toBeLessThan(4_096);
      }

      expect((await door.callback(browser, door.issuer.consent(last))).status).toBe(302);
    },
  );

  // A URL parser encodes each of these as three to nine characters, and the encoded length counts.
  it.each(["é", "日", '"', " ", "^"])(
    "stay under 4 KiB with a return target that grows when it is encoded (%s)",
    async (letter) => {
      const browser = door.browser();
      const rd = encodeURIComponent(`/${letter.repeat(1_000)}`);

      const answer = await browser.ask(`${door.site}/start?rd=${rd}`, { headers: navigation });

      expect(answer.status).toBe(302);
      for (const line of setCookies(answer)) {
        expect((line.split(";", 1)[0] ?? "").length).toBeLessThan(4_000);
      }
    },
  );

  it("drop expired transactions and cookies that cannot be opened", async () => {
    const browser = door.browser();
    await door.start(browser);
    const name = cookieNameOf(door.site);
    await browser.jar.setCookie(`${name}-${"A".repeat(22)}=junk; Path=/`, door.site);
    door.clock.now += 10 * 60_000;

    const newest = stateOf(await door.start(browser));

    const header = await browser.jar.getCookieString(door.site);
    expect(header.split("; ").map((cookie) => cookie.split("=")[0])).toEqual([`${name}-${newest}`]);
  });
});

describe("three tabs at once", () => {
  it("all finish in any order, signed in", async () => {
    const browser = door.browser();
    const tabs = await Promise.all(
      ["/one", "/two", "/three"].map((rd) => door.start(browser, `?rd=${rd}`)),
    );

    const answers = [];
    for (const tab of tabs.toReversed()) {
      answers.push(await door.callback(browser, door.issuer.consent(tab)));
    }

    expect(answers.map(({ status }) => status)).toEqual([302, 302, 302]);
    expect(answers.map(({ headers }) => new URL(String(headers.location)).pathname)).toEqual([
      "/three",
      "/two",
      "/one",
    ]);
    expect((await door.verify(browser)).status).toBe(200);
    expect(await browser.jar.getCookieString(door.site)).toMatch(
      /^doorward-[0-9a-f]{6}=[\w-]{43}$/,
    );
  });

  it("all finish at the same moment", async () => {
    const browser = door.browser();
    const tabs = await Promise.all(
      ["/a", "/b", "/c"].map((rd) => door.start(browser, `?rd=${rd}`)),
    );

    const answers = await Promise.all(
      tabs.map((tab) => door.callback(browser, door.issuer.consent(tab))),
    );

    expect(answers.map(({ status }) => status)).toEqual([302, 302, 302]);
    expect((await door.verify(browser)).status).toBe(200);
  });
});

describe("/start starts no sign-in", () => {
  it.each<[string, Record<string, string>]>([
    ["a prefetch", { ...navigation, "Sec-Purpose": "prefetch" }],
    ["a prerendered page", { ...navigation, "Sec-Purpose": "prefetch;prerender" }],
    ["an older prefetch", { Purpose: "prefetch" }],
    ["an embedded object", { ...navigation, "Sec-Fetch-Dest": "object" }],
    ["a picture", { "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" }],
    ["a script's fetch", { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" }],
    ["a fetch of the same origin", { "Sec-Fetch-Mode": "same-origin" }],
    ["a WebSocket", { "Sec-Fetch-Mode": "websocket" }],
  ])("for %s", async (_, headers) => {
    const browser = door.browser();

    const answer = await browser.ask(`${door.site}/start`, { headers });

    expect(answer.status).toBe(403);
    expect(answer.headers.location).toBeUndefined();
    expect(setCookies(answer)).toEqual([]);
  });
});

describe("the authorization request", () => {
  it("requests a code with fresh PKCE, state and nonce, and takes no parameter from the visitor", async () => {
    const browser = door.browser();
    const query =
      "?rd=/page&response_type=token&client_id=evil&redirect_uri=https://evil.example&scope=all" +
      "&state=mine&nonce=mine&code_challenge=mine&code_challenge_method=plain&request_uri=x&login_hint=x";

    const [one, two] = [await door.start(browser, query), await door.start(browser, query)].map(
      (url) => new URL(url).searchParams,
    );

    expect([...(one?.keys() ?? [])].toSorted()).toEqual([
      "client_id",
      "code_challenge",
      "code_challenge_method",
      "nonce",
      "redirect_uri",
      "response_type",
      "scope",
      "state",
    ]);
    expect(Object.fromEntries(one ?? [])).toMatchObject({
      client_id: "door",
      code_challenge_method: "S256",
      redirect_uri: `${door.site}/callback`,
      response_type: "code",
      scope: "openid email profile",
    });
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(one?.get(name)).toMatch(name === "code_challenge" ? /^[\w-]{43}$/ : /^[\w-]{22}$/);
      expect(one?.get(name)).not.toBe(two?.get(name));
    }
  });
});
