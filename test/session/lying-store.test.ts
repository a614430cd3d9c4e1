import type { Driver } from "unstorage";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

const store = vi.hoisted(() => ({ lies: false }));

/** A driver that can report a removal and keep the record. */
vi.mock("unstorage/drivers/memory", async (original) => {
  const { default: create } = await original<{ default: (options: unknown) => Driver }>();
  const lying = (options: unknown): Driver => {
    const driver = create(options);
    return {
      ...driver,
      removeItem: (...removal) => (store.lies ? undefined : driver.removeItem?.(...removal)),
    };
  };
  return { default: lying };
});

let door: SignInDoor;
let browser: Browser;

beforeEach(async () => {
  store.lies = false;
  door = await openSignInDoor();
  browser = door.browser();
  await door.signIn(browser);
});
afterEach(() => door.close());

it("a sign-out whose record stays in the store is reported as failed, and the cookie is kept", async () => {
  const cookie = await browser.jar.getCookieString(door.site);
  store.lies = true;

  const failed = await browser.ask(`${door.site}/sign_out`, { headers: navigation });

  expect(failed.status).toBe(503);
  expect(failed.body).not.toContain("You are signed out");
  expect(setCookies(failed)).toEqual([]);
  expect(await browser.jar.getCookieString(door.site)).toBe(cookie);
  expect(door.doorward.events).toContainEqual(
    expect.objectContaining({
      code: "store_unreachable",
      reason: expect.stringContaining("removal failed: the store still holds"),
    }),
  );
});

it("the same sign-out succeeds once the store removes the record", async () => {
  const headers = { Cookie: await browser.jar.getCookieString(door.site) };
  store.lies = true;
  await browser.ask(`${door.site}/sign_out`, { headers: navigation });
  store.lies = false;

  const ended = await browser.ask(`${door.site}/sign_out`, { headers: navigation });

  expect(ended.status).toBe(200);
  expect((await door.verify(door.browser(), { headers })).status).toBe(302);
});
