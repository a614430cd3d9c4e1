import { afterEach, describe, expect, it } from "vitest";
import type { Browser } from "../peers/browser.ts";
import { html } from "../peers/hostile-issuer.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const minute = 60_000;
let door: SignInDoor;

afterEach(() => door.close());

/** The browsers of a hundred people, each with a session of its own. */
async function hundredSessions(): Promise<Browser[]> {
  door = await openSignInDoor({ session: { refresh: "1h" } });
  door.issuer.twist = { refreshes: true };
  const people = Array.from({ length: 100 }, () => door.browser());
  for (const one of people) await door.signIn(one);
  return people;
}

describe("with a hundred sessions due at once, a failure of the issuer", () => {
  const down = html(503);
  const failures = (reply: object) =>
    door.issuer.received.filter(({ path }) => Object.hasOwn(reply, path)).length;
  const outages = {
    "issues no tokens": { "/token": down },
    "fails every request": {
      "/.well-known/openid-configuration": down,
      "/token": down,
      "/userinfo": down,
    },
  };

  it.each(Object.entries(outages))(
    "that %s causes one request per backoff step",
    async (_, reply) => {
      const people = await hundredSessions();
      door.issuer.twist = { refreshes: true, reply };
      door.clock.now += 61 * minute; // the metadata is due as well
      const seen = new Set<number>();
      const asked: number[] = [];

      for (const pause of [0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60, 60]) {
        door.clock.now += pause * 1_000;
        const before = failures(reply);
        const answers = await Promise.all(people.map((one) => door.verify(one)));
        for (const { status } of answers) seen.add(status);
        asked.push(failures(reply) - before);
      }

      expect(seen).toEqual(new Set([200]));
      expect(Math.max(...asked)).toBe(1);
      expect(asked.slice(0, 7)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    },
  );

  it("is over for all after the first success", async () => {
    const [failed, first, ...others] = await hundredSessions();
    if (failed === undefined || first === undefined) throw new Error("no session");
    door.issuer.twist = { refreshes: true, reply: { "/token": down } };
    door.clock.now += 61 * minute;
    await door.verify(failed);
    door.issuer.twist = { refreshes: true };
    door.clock.now += 1_000;

    await door.verify(first);
    await Promise.all([failed, ...others].map((one) => door.verify(one)));

    // A busy machine renews some of them after the five seconds for which a request waits.
    await expect.poll(() => door.issuer.refreshes()).toBe(101);
    expect(door.issuer.goodRefreshTokens()).toHaveLength(100);
  });
});
