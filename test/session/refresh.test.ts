import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { Browser } from "../peers/browser.ts";
import { html, json } from "../peers/hostile-issuer.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const minute = 60_000;
let door: SignInDoor;
let browser: Browser;

afterEach(() => door.close());

async function signIn(settings: Record<string, unknown> = {}): Promise<void> {
  door = await openSignInDoor(settings);
  door.issuer.twist = { refreshes: true };
  browser = door.browser();
  await door.signIn(browser);
}

const refreshes = () => door.issuer.refreshes();

async function statusNow(): Promise<number> {
  return (await door.verify(browser)).status;
}

describe("a renewal", () => {
  it("starts ahead of time in the background, without delaying the response", async () => {
    await signIn({ session: { refresh: "1h" } });
    const { promise, resolve } = Promise.withResolvers<void>();
    door.clock.now += 50 * minute;
    door.issuer.twist = {
      refreshes: true,
      reply: { "/token": (response) => promise.then(() => json(response, 400, {})) },
    };

    const status = await statusNow();
    await expect.poll(refreshes).toBe(1);
    resolve();

    expect(status).toBe(200);
  });

  it("is awaited once the session is stale, once for a hundred requests", async () => {
    await signIn({ session: { refresh: "1h" } });
    door.clock.now += 61 * minute;

    const answers = await Promise.all(Array.from({ length: 100 }, statusNow));

    expect(new Set(answers)).toEqual(new Set([200]));
    expect(refreshes()).toBe(1);
  });

  it("works repeatedly with single-use refresh tokens", async () => {
    await signIn({ session: { refresh: "1h", lifetime: "7d" } });
    const seen: number[] = [];

    for (let hours = 0; hours < 10; hours++) {
      door.clock.now += 61 * minute;
      seen.push(await statusNow());
    }

    expect(new Set(seen)).toEqual(new Set([200]));
    expect(refreshes()).toBe(10);
  });

  it("removes groups", async () => {
    await signIn({ session: { refresh: "1h" }, access: { groups: ["staff"] } });
    const before = await statusNow();
    door.issuer.twist = { refreshes: true, userinfo: { groups: ["others"] } };
    door.clock.now += 61 * minute;

    const after = await statusNow();

    expect([before, after]).toEqual([200, 403]);
  });

  it.each([
    ["another subject", { claims: { sub: "eve" }, userinfo: { sub: "eve" } }],
    ["another audience", { claims: { aud: "another" } }],
    ["another issuer", { claims: { iss: "https://evil.example" } }],
    ["another subject in userinfo", { userinfo: { sub: "eve" } }],
    [
      "invalid_grant",
      {
        reply: {
          "/token": (response: ServerResponse) => json(response, 400, { error: "invalid_grant" }),
        },
      },
    ],
  ])("that returns %s ends the session", async (_, twist) => {
    await signIn({ session: { refresh: "1h" } });
    door.issuer.twist = { refreshes: true, ...twist };
    door.clock.now += 61 * minute;

    const after = [await statusNow(), await statusNow()];

    expect(after).toEqual([302, 302]);
  });
});

describe("a transient failure", () => {
  const failing = {
    "a server error of the issuer": { "/token": html(503) },
    "a page instead of tokens": { "/token": html(200) },
    "a client that the issuer rejects": {
      "/token": (response: ServerResponse) => json(response, 401, { error: "invalid_client" }),
    },
    "a userinfo error": { "/userinfo": html(500) },
  };

  it.each(Object.entries(failing))(
    "(%s) keeps the session, and the renewal is retried later",
    async (_, reply) => {
      await signIn({ session: { refresh: "1h" } });
      door.issuer.twist = { refreshes: true, reply };
      door.clock.now += 61 * minute;

      const during = await statusNow();
      door.issuer.twist = { refreshes: true, userinfo: { groups: ["later"] } };
      door.clock.now += 2 * minute;
      const after = await statusNow();

      expect([during, after]).toEqual([200, 200]);
      expect(
        door.doorward.events.some(
          ({ msg }) => msg === "session renewal failed; the session is kept within its grace time",
        ),
      ).toBe(true);
    },
  );

  it("keeps the session no longer than the configured grace time", async () => {
    await signIn({ session: { refresh: "1h", grace: "30m" } });
    door.issuer.twist = { refreshes: true, reply: { "/token": html(503) } };

    door.clock.now += 89 * minute;
    const within = await statusNow();
    door.clock.now += minute;
    const beyond = await statusNow();

    expect([within, beyond]).toEqual([200, 302]);
  });

  it("of ten minutes ends no session, and causes one request per backoff step", async () => {
    await signIn({ session: { refresh: "1h" } });
    door.issuer.twist = { refreshes: true, reply: { "/token": html(503) } };
    door.clock.now += 61 * minute;
    const seen = new Set<number>();

    for (let second = 0; second < 600; second++) {
      door.clock.now += 1_000;
      for (const status of await Promise.all([statusNow(), statusNow()])) seen.add(status);
    }

    expect(seen).toEqual(new Set([200]));
    expect(refreshes()).toBeLessThan(20);
  });
});

describe("a visitor whose own renewal always fails", () => {
  it("does not block the renewals of others", async () => {
    await signIn({ session: { refresh: "1h" }, access: { anyone: true } });
    door.issuer.twist = { refreshes: true, claims: { sub: "eve" }, userinfo: { sub: "eve" } };
    const eve = door.browser();
    await door.signIn(eve);
    const [ofAda = "", ofEve = ""] = door.issuer.goodRefreshTokens();
    door.issuer.twist = {
      reply: {
        "/token": (response, _, body) =>
          body.includes(ofEve)
            ? json(response, 503, {})
            : json(response, 400, { error: "invalid_grant" }),
      },
    };
    door.clock.now += 61 * minute;

    for (let second = 0; second < 600; second++) {
      door.clock.now += 1_000;
      await door.verify(eve);
    }
    await statusNow();
    door.clock.now += 1_000;
    await door.verify(eve);
    const ada = await statusNow();

    expect(door.issuer.received.some(({ body }) => body.includes(ofAda))).toBe(true);
    expect(ada).toBe(302);
  });
});

describe("a renewal without a new ID token", () => {
  const again = (userinfo: object) => ({
    refreshes: true,
    idToken: () => undefined,
    userinfo: { acr: undefined, groups: undefined, ...userinfo },
  });

  it("drops the groups of the old ID token that userinfo does not contain", async () => {
    door = await openSignInDoor({ session: { refresh: "1h" }, access: { groups: ["staff"] } });
    door.issuer.twist = {
      refreshes: true,
      claims: { groups: ["staff"] },
      userinfo: { groups: undefined },
    };
    browser = door.browser();
    await door.signIn(browser);
    const before = await statusNow();
    door.issuer.twist = again({});
    door.clock.now += 61 * minute;

    expect([before, await statusNow()]).toEqual([200, 403]);
  });

  it("ignores an acr claim from userinfo", async () => {
    const rules = [{ path: "/", acr: ["gold"] }];
    door = await openSignInDoor({ session: { refresh: "1h" }, rules });
    door.issuer.twist = { refreshes: true, claims: { acr: "silver" } };
    browser = door.browser();
    await door.signIn(browser);
    door.issuer.twist = again({ acr: "gold", groups: ["staff"] });
    door.clock.now += 61 * minute;

    expect(await statusNow()).toBe(302);
  });

  it("does not let a new ID token change the time of sign-in", async () => {
    const rules = [{ path: "/", maxAge: "15m" }];
    door = await openSignInDoor({ session: { refresh: "10m" }, rules });
    door.issuer.twist = {
      refreshes: true,
      claims: { auth_time: Math.floor(door.clock.now / 1000) },
    };
    browser = door.browser();
    await door.signIn(browser);
    const fresh = await statusNow();
    door.clock.now += 40 * minute;
    const later = { auth_time: Math.floor(door.clock.now / 1000) };
    door.issuer.twist = { refreshes: true, claims: later };

    expect([fresh, await statusNow(), await statusNow()]).toEqual([200, 302, 302]);
  });

  it.each([400, 403, 404, 410])(
    "ends the session when userinfo responds with %i",
    async (status) => {
      await signIn({ session: { refresh: "1h" } });
      door.issuer.twist = { refreshes: true, reply: { "/userinfo": html(status) } };
      door.clock.now += 61 * minute;

      expect(await statusNow()).toBe(302);
    },
  );
});
