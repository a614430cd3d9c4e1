import { afterEach, describe, expect, it } from "vitest";
import { answered } from "../peers/answered.ts";
import { navigation, type Browser } from "../peers/browser.ts";
import { html } from "../peers/hostile-issuer.ts";
import { startRedis } from "../peers/redis.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const minute = 60_000;
const hour = 60 * minute;
let door: SignInDoor;

afterEach(() => door.close());

async function statusOf(browser: Browser): Promise<number> {
  return (await answered(() => door.verify(browser))).status;
}

async function startStatus(): Promise<number> {
  const { status } = await door.browser().ask(`${door.site}/start`, { headers: navigation });
  return status;
}

describe("a clock that goes back and forth by an hour", () => {
  it.each(["memory", "redis"] as const)(
    "lets no session outlive its lifetime by the clock at its start, and causes no error (%s)",
    async (name) => {
      const redis = name === "redis" ? await startRedis() : undefined;
      const storage = redis ? { driver: "redis", url: redis.url } : { driver: "memory" };
      const session = { lifetime: "2h", idle: "2h", refresh: "30m" };
      door = await openSignInDoor({ storage, session });
      door.issuer.twist = { refreshes: true };
      const begun = door.clock.now;
      /** Each with the time at which it must have ended. */
      const sessions: { browser: Browser; until: number }[] = [];
      const wrong: string[] = [];
      const statuses = new Set<number>();

      for (const [step, offset] of jumps.entries()) {
        door.clock.now = begun + step * 20 * minute + offset;
        const browser = door.browser();
        statuses.add((await answered(() => door.signIn(browser))).status);
        sessions.push({ browser, until: door.clock.now + 2 * hour });
        for (const [index, { browser: one, until }] of sessions.entries()) {
          const status = await statusOf(one);
          statuses.add(status);
          const isOver = door.clock.now >= until;
          if (isOver && status === 200) wrong.push(`${index} at step ${step}`);
        }
        statuses.add(await startStatus());
      }
      const last = await Promise.all(sessions.map(({ browser }) => statusOf(browser)));
      await redis?.close();

      expect(wrong).toEqual([]);
      expect(statuses).toEqual(new Set([200, 302]));
      expect(last).toContain(302);
      expect(last.at(-1)).toBe(200);
    },
  );

  it("does not extend the short pause after an issuer failure to an hour", async () => {
    door = await openSignInDoor();
    door.issuer.twist = { reply: { "/.well-known/openid-configuration": html(503) } };
    door.clock.now += hour;
    const failed = await startStatus();
    door.issuer.twist = {};

    door.clock.now -= hour;

    expect([failed, await startStatus()]).toEqual([502, 302]);
  });

  it("does not extend the backoff after a failed renewal to an hour", async () => {
    door = await openSignInDoor({ session: { refresh: "10m", lifetime: "7d", grace: "20m" } });
    door.issuer.twist = { refreshes: true };
    const browser = door.browser();
    door.clock.now -= hour;
    await door.signIn(browser);
    door.clock.now += hour + 11 * minute;
    door.issuer.twist = { refreshes: true, reply: { "/token": html(503) } };
    const ahead = await statusOf(browser);
    door.issuer.twist = { refreshes: true };

    door.clock.now -= 50 * minute;
    const back = await statusOf(browser);
    const refreshes = door.issuer.refreshes();

    expect([ahead, back]).toEqual([302, 200]);
    expect(refreshes).toBe(2);
  });
});

/** The error of the clock at each step of twenty minutes. */
const jumps = [0, hour, 0, -hour, 0, hour, -hour, hour, 0, 0, -hour, 0, hour, 0, 0, 0];
