import { afterEach, describe, expect, it } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
afterEach(() => door.close());

async function cookieBytes(browser: Browser): Promise<number> {
  return Buffer.byteLength(await browser.jar.getCookieString(`${door.site}/start`));
}

const target = (length: number) => `/${"a".repeat(length)}`;
const longTarget = target(1_900);

describe("all doorward cookies together", () => {
  it("stay under 4 KiB with sign-ins in progress, a session, and a sign-out at the issuer", async () => {
    door = await openSignInDoor({ signOut: "issuer" });
    door.issuer.twist = { metadata: { end_session_endpoint: `${door.issuer.issuer}/end` } };
    const browser = door.browser();
    const sizes: number[] = [];
    const start = async (rd: string) => {
      door.clock.now += 1_000;
      const url = await door.start(browser, `?prompt=login&rd=${rd}`);
      sizes.push(await cookieBytes(browser));
      return url;
    };

    for (let round = 0; round < 4; round++) {
      // The record of recent starts at its largest: two starts for each of four targets.
      for (const rd of ["/a", "/b", "/c", "/d", "/a", "/b", "/c", "/d"])
        await door.start(browser, `?rd=${rd}${round}`);
      for (let tab = 0; tab < 12; tab++) await start(round % 2 === 1 ? target(215) : longTarget);
      await door.callback(browser, door.issuer.consent(await start(longTarget)));
      sizes.push(await cookieBytes(browser));
      const rd = round < 2 ? longTarget : target(450);
      const out = await browser.ask(`${door.site}/sign_out?rd=${rd}`, { headers: navigation });
      sizes.push(await cookieBytes(browser));
      expect(String(out.headers.location)).toContain("/end?");
    }

    expect(Math.max(...sizes)).toBeLessThan(4_096);
  });

  it("stay small with two megabytes of groups, and the response headers under 4 KiB", async () => {
    const groups = Array.from({ length: 50_000 }, (_, index) => `${"group".repeat(8)}-${index}`);
    door = await openSignInDoor({ access: { groups: [groups.at(-1)] } });
    door.issuer.twist = { claims: { groups }, userinfo: { groups } };
    const browser = door.browser();

    const callback = await door.signIn(browser);
    const verdict = await door.verify(browser);

    expect(JSON.stringify(groups).length).toBeGreaterThan(2_000_000);
    expect([callback.status, verdict.status]).toEqual([302, 200]);
    expect(await cookieBytes(browser)).toBeLessThan(300);
    for (const { rawHeaders } of [callback, verdict])
      expect(rawHeaders.join(": ").length).toBeLessThan(4_096);
    expect(String(verdict.headers["x-auth-request-groups"])).toMatch(/^(group)+-0,/);
  });
});
