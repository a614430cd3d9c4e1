import { describe, expect, it } from "vitest";
import type { Identity } from "../../server/identity/identity.ts";
import { HotSession } from "../../server/session/hot-session.ts";
import { shape } from "../../server/session/record.ts";
import { revocationKeyOfAll, sessionRevocationKey } from "../../server/session/revocations.ts";
import { newSession } from "../peers/sessions.ts";

const site = { url: new URL("https://auth.example.com") };
const minute = 60_000;
const begun = 1_000;

interface Times {
  readonly renewAt?: number;
  readonly refreshMs?: number;
  readonly graceMs?: number;
  readonly lifetimeMs?: number;
  readonly expiresAt?: number;
  readonly canRenew?: boolean;
  readonly groupsFault?: Identity["groupsFault"];
}

/** A session that began and was confirmed at 1,000. */
function hotSession(token: string, times: Times = {}, sid?: string) {
  const { renewAt = minute, lifetimeMs = 10 * minute, expiresAt = 10 * minute } = times;
  const { graceMs = 0, canRenew = true, refreshMs = (renewAt - begun) / 0.8 } = times;
  const { tokens: _, ...opened } = newSession(site, { groupsFault: times.groupsFault });
  const record = {
    shape,
    ...opened,
    sid,
    accessToken: "a",
    idToken: "i",
    tokens: undefined,
    tombstones: {},
    createdAt: begun,
    expiresAt,
    usedAt: begun,
    askedAt: begun,
  } as const;
  const limits = { lifetimeMs, refreshMs, graceMs };
  return new HotSession({ token, record, epoch: 7, usedAt: begun + 5, canRenew, limits });
}

describe("after a use, a hot session needs no checks", () => {
  it.each([
    ["for as long as allowed", {}, 2_000],
    ["not beyond the time of its renewal", { renewAt: 1_300 }, 1_300],
    ["not beyond its lifetime", { lifetimeMs: 200 }, 1_200],
  ])("%s", (_, times, until) => {
    const session = hotSession("a", times);

    expect(session.freshUntil(1_100, 900)).toBe(until);
  });
});

describe("a hot session ends", () => {
  it.each([
    ["when its record expires", { expiresAt: 5_000 }, 5_000],
    ["after a lifetime that was shortened since", { lifetimeMs: 3_000 }, 4_000],
    ["not later after a lifetime that was lengthened", { lifetimeMs: 99 * minute }, 10 * minute],
  ])("%s", (_, times, endsAt) => {
    expect(hotSession("a", times).endsAt).toBe(endsAt);
  });
});

describe("a hot session is renewed", () => {
  const refreshMs = 10 * minute;
  const transient = { reason: "the directory did not respond", isTransient: true };
  const lasting = { reason: "the claim has another form", isTransient: false };

  it.each<[string, Times, number, number]>([
    ["ahead of the time when it is stale", {}, 8 * minute, 10 * minute],
    ["every minute while the groups are missing", { groupsFault: transient }, 48_000, minute],
    ["no earlier for groups that stay missing", { groupsFault: lasting }, 8 * minute, 10 * minute],
    [
      "no later than usual while the groups are missing",
      { groupsFault: transient, refreshMs: 1_000 },
      800,
      1_000,
    ],
    ["never without a token", { canRenew: false }, Infinity, 10 * minute],
  ])("%s", (_, times, renewAfter, staleAfter) => {
    const session = hotSession("a", { refreshMs, ...times });

    expect(session.renewAt).toBe(begun + renewAfter);
    expect(session.staleAt).toBe(begun + staleAfter);
  });

  it("never again once no token is left", () => {
    const session = hotSession("a", { refreshMs });

    session.cannotRenew();

    expect(session.renewAt).toBe(Infinity);
  });
});

describe("a hot session without a renewal", () => {
  const times = { refreshMs: minute, graceMs: 5_000 };

  it("is kept within the grace time", () => {
    const session = hotSession("a", times);

    expect(session.withinGrace(begun + minute + 4_999)).toBe(session);
    expect(session.withinGrace(begun + minute + 5_000)).toBeUndefined();
  });

  it("is kept longer if it cannot be renewed", () => {
    const session = hotSession("a", { ...times, canRenew: false });

    expect(session.withinGrace(begun + minute + 5_000)).toBe(session);
  });
});

describe("a hot session", () => {
  it("has what a request needs, and no more of its record", () => {
    const session = hotSession("a");

    expect(session.record).toEqual({
      identity: newSession(site).identity,
      accessToken: "a",
      idToken: "i",
      createdAt: begun,
      expiresAt: 10 * minute,
      askedAt: begun,
    });
    expect(session.site).toBe(site.url.href);
    expect([session.usedAt, session.storedUsedAt, session.epoch]).toEqual([begun + 5, begun, 7]);
    expect(session.isTouching).toBe(false);
  });

  it("is ended by the revocations of itself, of all, of its subject and of its issuer's session", () => {
    const keys = hotSession("a", {}, "s-1").revocationKeys;

    expect(new Set(keys).size).toBe(4);
    expect(keys).toContain(revocationKeyOfAll);
    expect(keys.filter((key) => !hotSession("b", {}, "s-1").revocationKeys.includes(key))).toEqual([
      sessionRevocationKey("a"),
    ]);
    expect(new Set(hotSession("a").revocationKeys)).toEqual(new Set(keys.slice(0, 3)));
  });
});
