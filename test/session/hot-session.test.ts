import { describe, expect, it } from "vitest";
import { HotSession } from "../../server/session/hot-session.ts";
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

describe("after a use, a hot session skips checks", () => {
  it.each([
    ["for as long as allowed", {}, 1_000],
    ["not beyond the time of its renewal", { renewAt: 300 }, 300],
    ["not beyond its lifetime", { lifetimeMs: 200 }, 200],
  ])("%s", (_, times, until) => {
    const session = hotSession("a", times);

    session.skipChecksUntil(100, 900);

    expect(session.isFresh(100)).toBe(true);
    expect(session.isFresh(until - 1)).toBe(true);
    expect(session.isFresh(until)).toBe(false);
  });

  it("not after the clock is set back", () => {
    const session = hotSession("a");

    session.skipChecksUntil(100, 900);

    expect(session.isFresh(99)).toBe(false);
  });
});
