import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Sessions } from "../../server/session/sessions.ts";
import { createToken } from "../../server/session/token.ts";
import { block } from "../docs/blocks.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

const link = block("docs/sessions.md", "html");
let door: SignInDoor;
/** The `Cookie` header of a browser that is signed in. */
let signedIn: string;

beforeEach(async () => {
  door = await openSignInDoor();
  const browser = door.browser();
  await door.signIn(browser);
  signedIn = await browser.jar.getCookieString(door.site);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await door.close();
});

/** Signs out with so many made-up session cookies before the real one and after it. */
function signOut(before: number, after: number) {
  const madeUp = (count: number) =>
    Array.from({ length: count }, () => `${cookieNameOf(door.site)}=${createToken()}`);
  const Cookie = [...madeUp(before), signedIn, ...madeUp(after)].join("; ");
  return door.browser().ask(`${door.site}/sign_out`, { headers: { Cookie } });
}

async function status(): Promise<number> {
  const browser = door.browser();
  return (await door.verify(browser, { headers: { Cookie: signedIn } })).status;
}

describe("the link of docs/sessions.md", () => {
  it("ends the session, and leads back to the app", async () => {
    const [, path = ""] = /href="https:\/\/app\.example\.com\/_auth(\/[^"]+)"/.exec(link) ?? [];

    const { status: code, headers } = await door
      .browser()
      .ask(`${door.site}${path}`, { headers: { Cookie: signedIn } });

    expect([code, headers.location]).toEqual([303, `${new URL(door.site).origin}/`]);
    expect(await status()).toBe(302);
  });
});

describe("a sign-out with several session cookies", () => {
  it("ends the session of the eighth", async () => {
    const answer = await signOut(7, 0);

    expect([answer.status, await status()]).toEqual([200, 302]);
  });

  it("ignores the ninth and later ones", async () => {
    const answer = await signOut(8, 0);

    expect([answer.status, await status()]).toEqual([200, 200]);
  });

  it("looks up eight sessions, however many cookies there are", async () => {
    const end = vi.spyOn(Sessions.prototype, "end");

    const answer = await signOut(0, 100);

    expect(answer.status).toBe(200);
    expect(end).toHaveBeenCalledTimes(8);
    expect(await status()).toBe(302);
  });
});
