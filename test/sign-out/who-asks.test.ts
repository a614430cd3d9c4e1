import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor();
});
afterAll(() => door.close());

/** The response of a signed-in visitor's sign-out, and whether the session still passes afterwards. */
async function signOut(method: string, headers: Record<string, string>) {
  const browser = door.browser();
  await door.signIn(browser);
  const Cookie = await browser.jar.getCookieString(door.site);
  const answer = await browser.ask(`${door.site}/sign_out`, { method, headers });
  const after = await door.verify(door.browser(), { headers: { Cookie } });
  return { answer, isSignedIn: after.status === 200 };
}

const script = (site: string) => ({
  "Sec-Fetch-Mode": "cors",
  "Sec-Fetch-Dest": "empty",
  "Sec-Fetch-Site": site,
});
const opened = (site: string, destination = "document") => ({
  ...navigation,
  "Sec-Fetch-Site": site,
  "Sec-Fetch-Dest": destination,
});

describe("a GET that the visitor did not make ends nothing and sets no cookie", () => {
  it.each<[string, Record<string, string>]>([
    ["a fetch of the same origin", script("same-origin")],
    ["a fetch of a sibling host, as a framework prefetches links", script("same-site")],
    ["a fetch of another site", script("cross-site")],
    ["an image of a sibling host", { ...script("same-site"), "Sec-Fetch-Mode": "no-cors" }],
    ["a frame of a sibling host", opened("same-site", "iframe")],
    ["a frame of the same origin", opened("same-origin", "frame")],
    ["an object of a sibling host", opened("same-site", "object")],
    ["an embed of a sibling host", opened("same-site", "embed")],
    ["a prefetch", { ...opened("same-origin"), "Sec-Purpose": "prefetch" }],
    ["a prerendered page", { ...opened("same-origin"), "Sec-Purpose": "prefetch;prerender" }],
    ["an older prefetch", { Purpose: "prefetch" }],
    ["a preview", { "X-Purpose": "preview" }],
    ["a prefetch of an old Firefox", { "X-Moz": "prefetch" }],
  ])("%s", async (_, headers) => {
    const { answer, isSignedIn } = await signOut("GET", headers);

    expect([answer.status, answer.body, isSignedIn]).toEqual([403, "", true]);
    expect(setCookies(answer)).toEqual([]);
  });

  it("HEAD", async () => {
    const { answer, isSignedIn } = await signOut("HEAD", navigation);

    expect([answer.status, isSignedIn]).toEqual([405, true]);
    expect(setCookies(answer)).toEqual([]);
  });
});

describe("a script's POST from elsewhere is refused and ends nothing", () => {
  it.each([
    ["a sibling host", script("same-site")],
    ["another site", script("cross-site")],
  ])("%s", async (_, headers) => {
    const { answer, isSignedIn } = await signOut("POST", headers);

    expect([answer.status, isSignedIn]).toEqual([403, true]);
    expect(setCookies(answer)).toEqual([]);
  });
});

describe("the visitor is asked first", () => {
  it.each([
    ["after a link of another site", "GET", opened("cross-site")],
    ["after a form of another site", "POST", opened("cross-site")],
    ["after a form of a sibling host", "POST", opened("same-site")],
    [
      "after a form of another origin, without Fetch Metadata",
      "POST",
      { Origin: "http://localhost" },
    ],
    ["after a form of a sandboxed frame, without Fetch Metadata", "POST", { Origin: "null" }],
  ])("%s", async (_, method, headers) => {
    const { answer, isSignedIn } = await signOut(method, headers);

    expect([answer.status, isSignedIn]).toEqual([200, true]);
    expect(answer.body).toContain("Stay signed in");
    expect(setCookies(answer)).toEqual([]);
  });
});

describe("the session ends", () => {
  it.each<[string, string, () => Record<string, string>]>([
    ["by a typed address", "GET", () => opened("none")],
    ["by a link of the same origin", "GET", () => opened("same-origin")],
    ["by a link of a sibling host", "GET", () => opened("same-site")],
    ["by a GET without Fetch Metadata", "GET", () => ({})],
    ["by a form of the same origin", "POST", () => opened("same-origin")],
    ["by a script of the same origin", "POST", () => script("same-origin")],
    ["by a POST without Fetch Metadata", "POST", () => ({})],
    [
      "by a POST of the same origin without Fetch Metadata",
      "POST",
      () => ({ Origin: new URL(door.site).origin }),
    ],
  ])("%s", async (_, method, headers) => {
    const { answer, isSignedIn } = await signOut(method, headers());

    expect([answer.status, isSignedIn]).toEqual([200, false]);
    expect(answer.body).toContain("You are signed out");
  });
});
