import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answered } from "../peers/answered.ts";
import type { Browser } from "../peers/browser.ts";
import { testSecret } from "../peers/doorward.ts";
import { html, json, type Twist } from "../peers/hostile-issuer.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const minute = 60_000;
let redis: RedisServer;
let door: SignInDoor;
let browser: Browser;
let cookie: string;

beforeEach(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  await door.close();
  await redis.close();
});

/** The usual behaviour of the issuer, changed by `twist`. */
function usual(twist: Twist = {}): Twist {
  const metadata = { revocation_endpoint: `${door.issuer.issuer}/revoke` };
  return { refreshes: true, metadata, ...twist };
}

async function signIn(session: Record<string, string>): Promise<void> {
  const storage = { driver: "redis", url: redis.url };
  door = await openSignInDoor({ storage, session: { refresh: "1h", ...session } });
  door.issuer.twist = usual();
  browser = door.browser();
  await answered(() => door.signIn(browser));
  cookie = await browser.jar.getCookieString(door.site);
}

async function statusNow(): Promise<number> {
  return (await answered(() => door.verify(browser))).status;
}

/** The status at another replica with the same store. */
async function statusAt(other: Awaited<ReturnType<SignInDoor["reopen"]>>): Promise<number> {
  return (await answered(() => other.verify(cookie))).status;
}

function isRefresh(body: string): boolean {
  return body.includes("grant_type=refresh_token");
}

describe("a sign-out during a renewal", () => {
  const moments: [string, (path: string, body: string) => boolean, Partial<Twist>][] = [
    ["at the token request", (_, body) => isRefresh(body), {}],
    ["at the userinfo request", (path) => path === "/userinfo", {}],
    [
      "at a userinfo request that fails",
      (path) => path === "/userinfo",
      { reply: { "/userinfo": html(500) } },
    ],
  ];

  it.each(moments)(
    "%s ends the session, and no refresh token stays valid",
    async (_, isMoment, twist) => {
      await signIn({});
      const signedOut = Promise.withResolvers<number>();
      const before = async (path: string, body: string) => {
        if (!isMoment(path, body)) return;
        door.issuer.twist = usual(twist);
        const out = () =>
          door.browser().ask(`${door.site}/sign_out`, { headers: { Cookie: cookie } });
        const { status } = await answered(out);
        signedOut.resolve(status);
      };
      door.issuer.twist = usual({ ...twist, before });
      door.clock.now += 61 * minute;

      await statusNow();

      expect(await signedOut.promise).toBe(200);
      expect(await statusNow()).toBe(302);
      expect(await statusAt(await door.reopen())).toBe(302);
      await expect.poll(() => door.issuer.goodRefreshTokens()).toEqual([]);
    },
  );
});

describe("an issuer that returns another subject", () => {
  it("leaves no valid refresh token at the issuer", async () => {
    await signIn({});
    door.issuer.twist = usual({ userinfo: { sub: "eve" } });
    door.clock.now += 61 * minute;

    const status = await statusNow();

    expect(status).toBe(302);
    await expect.poll(() => door.issuer.goodRefreshTokens()).toEqual([]);
  });
});

describe("a store that fails during the token request", () => {
  it("gets the new tokens when it is back, and the session survives even a short grace", async () => {
    await signIn({ grace: "1s" });
    door.issuer.twist = usual({ before: (_, body) => isRefresh(body) && redis.kill() });
    door.clock.now += 62 * minute;

    const during = (await door.verify(browser)).status;
    door.issuer.twist = usual();
    await redis.restart();
    const after = await statusNow();
    door.clock.now += 61 * minute;
    const later = await statusNow();

    expect([during, after, later]).toEqual([503, 200, 200]);
    expect(door.issuer.goodRefreshTokens()).toHaveLength(1);
  });
});

describe("two replicas with the same stale session", () => {
  it("renew it once, even one after the other", async () => {
    await signIn({});
    const other = await door.reopen();
    await statusAt(other);
    door.clock.now += 61 * minute;

    const seen = [await statusNow(), await statusAt(other)];

    expect(seen).toEqual([200, 200]);
    expect(door.issuer.refreshes()).toBe(1);
  });

  it("keep the session when the lease is lost and one sends a refresh token that the other has used", async () => {
    await signIn({});
    const other = await door.reopen();
    await statusAt(other);
    const seen: number[] = [];
    door.issuer.twist = usual({
      async before(_, body) {
        if (!isRefresh(body) || door.issuer.refreshes() > 1) return;
        await redis.cli("del", await redis.cli("--raw", "keys", "doorward:lease:*"));
        seen.push(await statusAt(other));
      },
    });
    door.clock.now += 61 * minute;

    seen.push(await statusNow(), await statusNow(), await statusAt(other));

    expect(seen).toEqual([200, 200, 200, 200]);
    expect(door.issuer.refreshes()).toBe(2);
    expect(door.issuer.goodRefreshTokens()).toHaveLength(1);
  });
});

describe("a session that the issuer ends", () => {
  it("ends at once on replicas where no renewal was due", async () => {
    await signIn({});
    const other = await door.reopen({ session: { refresh: "10h" } });
    const before = [await statusNow(), await statusAt(other)];
    door.issuer.twist = usual({
      reply: { "/token": (response) => json(response, 400, { error: "invalid_grant" }) },
    });
    door.clock.now += 61 * minute;

    const here = await statusNow();

    expect([...before, here]).toEqual([200, 200, 302]);
    await expect.poll(() => statusAt(other)).toBe(302);
  });
});

describe("a replica without the new secret", () => {
  it("cannot open a record that another replica sealed with it, and does not remove it", async () => {
    await signIn({ idle: "1d", lifetime: "7d" });
    const next = "M3vK8sQxT1yWcR6nLf0aJ9hGd5uZp2eBi7oXkVtYrUw";
    const other = await door.reopen({ secret: [next, testSecret] });
    door.clock.now += 180 * minute;

    const there = await statusAt(other);
    await other.doorward.app.close();
    await statusNow();

    expect(there).toBe(200);
    const third = await door.reopen({ secret: [next] });
    expect(await statusAt(third)).toBe(200);
  });
});

describe("a session that can no longer be renewed", () => {
  it("lasts for its lifetime, whatever the grace", async () => {
    await signIn({ refresh: "4m", grace: "1s" });
    door.issuer.twist = {};
    const ada = door.browser();
    await answered(() => door.signIn(ada));
    door.clock.now += 10 * minute; // the access token was valid for five

    const ask = async () => (await answered(() => door.verify(ada))).status;
    const seen = [await ask(), await ask()];

    expect(seen).toEqual([200, 200]);
  });
});
