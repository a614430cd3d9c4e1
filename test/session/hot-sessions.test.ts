import { describe, expect, it } from "vitest";
import { HotSession } from "../../server/session/hot-session.ts";
import { HotSessions } from "../../server/session/hot-sessions.ts";
import { shape } from "../../server/session/record.ts";
import { newSession } from "../peers/sessions.ts";

const site = { url: new URL("https://auth.example.com") };
const minute = 60_000;

function hotSession(token: string, times: { renewAt?: number; lifetimeMs?: number } = {}) {
  const { tokens: _, ...opened } = newSession(site);
  const record = {
    shape,
    ...opened,
    accessToken: undefined,
    idToken: undefined,
    tokens: undefined,
    tombstones: {},
    createdAt: 0,
    expiresAt: 10 * minute,
    usedAt: 0,
    askedAt: 0,
  } as const;
  const { renewAt = minute, lifetimeMs = 10 * minute } = times;
  const limits = { lifetimeMs, refreshMs: renewAt / 0.8, graceMs: 0 };
  return new HotSession({ token, record, epoch: 0, usedAt: 0, canRenew: true, limits });
}

/** A cache for three, with as many sessions as there are tokens, put in one after the other. */
function hotSessions(...tokens: string[]): HotSessions {
  const hot = new HotSessions(3);
  for (const token of tokens) hot.set(token, hotSession(token));
  return hot;
}

describe("the hot sessions", () => {
  it("of the last three uses are never forgotten", () => {
    const hot = hotSessions();
    const last: string[] = [];
    for (let step = 0; step < 1_000; step++) {
      const token = `t${(step * step) % 11}`;
      if (hot.get(token) === undefined) hot.set(token, hotSession(token));
      last.push(token);

      for (const recent of new Set(last.slice(-3))) expect(hot.get(recent)).toBeDefined();
    }
  });

  it("are forgotten when many others came since", () => {
    const hot = hotSessions("a", "b", "c", "d", "e", "f", "g");

    expect(["a", "b", "c"].map((token) => hot.get(token))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("are the ones that were put there last", () => {
    const hot = hotSessions("a", "b", "c", "d");
    const next = hotSession("a");

    hot.set("a", next);

    expect(hot.get("a")).toBe(next);
  });

  it("are gone once deleted, in whichever generation they are", () => {
    const hot = hotSessions("old", "b", "c", "young");
    hot.get("b"); // is in both

    for (const token of ["old", "b", "young"]) hot.delete(token);

    expect(["old", "b", "young"].map((token) => hot.get(token))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(hot.get("c")).toBeDefined();
  });

  it("are all gone once cleared", () => {
    const hot = hotSessions("a", "b", "c", "d");

    hot.clear();

    for (const token of ["a", "b", "c", "d"]) expect(hot.get(token)).toBeUndefined();
  });
});

describe("a hot session rests after a use", () => {
  it.each([
    ["as long as it may", {}, 1_000],
    ["not beyond the time when its issuer is asked again", { renewAt: 300 }, 300],
    ["not beyond its lifetime", { lifetimeMs: 200 }, 200],
  ])("%s", (_, times, until) => {
    const session = hotSession("a", times);

    session.rest(100, 900);

    expect(session.isResting(100)).toBe(true);
    expect(session.isResting(until - 1)).toBe(true);
    expect(session.isResting(until)).toBe(false);
  });

  it("and no longer when the clock is set back", () => {
    const session = hotSession("a");

    session.rest(100, 900);

    expect(session.isResting(99)).toBe(false);
  });
});
