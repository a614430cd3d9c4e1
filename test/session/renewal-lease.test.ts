import { pino } from "pino";
import { createStorage } from "unstorage";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { shape, type SessionRecord } from "../../server/session/record.ts";
import { createCounts } from "../../server/observe/counts.ts";
import { Renewals } from "../../server/session/renewals.ts";
import { SealedRecords, storeKey } from "../../server/session/sealed-records.ts";
import { createToken } from "../../server/session/token.ts";
import { noTokens } from "../../server/sign-in/token-endpoint.ts";
import { createStore } from "../../server/store/plain-store.ts";
import { testSecret } from "../peers/doorward.ts";
import { memoryParty } from "../peers/memory-party.ts";
import { newSession } from "../peers/sessions.ts";

const hour = 3_600_000;
const now = () => 1_700_000_000_000;
const askedAt = now() - hour;
const { tokens: _, ...opened } = newSession({ url: new URL("https://auth.example.com") });
const record: SessionRecord = {
  shape,
  ...opened,
  accessToken: undefined,
  idToken: undefined,
  tokens: undefined,
  tombstones: {},
  createdAt: askedAt,
  expiresAt: askedAt + 24 * hour,
  usedAt: askedAt,
  askedAt,
};
const token = createToken();
const leaseKey = `lease:${storeKey(token)}`;
const ignored = () => undefined;

afterEach(() => void vi.useRealTimers());

/** Renewals of a replica that knows no provider, and the same store and records. */
function opening() {
  const store = createStore(createStorage());
  const records = new SealedRecords({ store, secrets: [testSecret], idleMs: 24 * hour, now });
  const shown = () => ({ accessToken: undefined, idToken: undefined });
  const log = pino({ enabled: false });
  const parties = new Map();
  const common = { audit: () => undefined, counts: createCounts(), shown, log, now };
  const parts = { store, records, parties, keepsIdToken: true, ...common };
  return {
    store,
    records,
    renewals: new Renewals(parts),
    forgetful: new Renewals({ ...parts, keepsIdToken: false }),
  };
}

let { store, records, renewals, forgetful } = opening();
beforeEach(() => {
  ({ store, records, renewals, forgetful } = opening());
});

describe("a renewal while another replica renews the session", () => {
  const renewal = async () => {
    const outcome = renewals.renew(token, { askedAt });
    const early = await Promise.race([
      outcome,
      new Promise((resolve) => setTimeout(resolve, 60, "waiting")),
    ]);
    return { outcome, early };
  };

  beforeEach(async () => {
    await records.create(token, record, ignored);
    await store.claim(leaseKey, "other replica", 10_000);
  });

  it("waits, and returns what the other has stored", async () => {
    const { outcome, early } = await renewal();
    await records.replace(token, { ...record, askedAt: now() }, 1);

    expect(early).toBe("waiting");
    expect(await outcome).toMatchObject({
      kind: "renewed",
      stored: { record: { askedAt: now() }, version: 2 },
    });
  });

  it("ends with a session that ended meanwhile", async () => {
    const { outcome } = await renewal();
    await records.remove(token);

    expect(await outcome).toEqual({ kind: "missing" });
  });

  it("renews after all if the other has not", async () => {
    const { outcome } = await renewal();
    await store.release(leaseKey, "other replica");

    expect(await outcome).toEqual({ kind: "unable" });
  });

  it("returns what the other has stored just before it ended", async () => {
    const { outcome } = await renewal();
    await records.replace(token, { ...record, askedAt: now() }, 1);
    await store.release(leaseKey, "other replica");

    expect(await outcome).toMatchObject({ kind: "renewed" });
  });

  it("keeps the session as it is after nine seconds", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { outcome } = await renewal();
    vi.advanceTimersByTime(9_000);
    const { early } = await renewal();
    vi.advanceTimersByTime(1);

    expect(early).toBe("waiting");
    expect(await outcome).toEqual({ kind: "kept" });
    await store.release(leaseKey, "other replica");
    await renewals.settle();
  });

  it("asks the store less and less often, because a lost release keeps the lease for ten seconds", async () => {
    const claim = store.claim.bind(store);
    const times: number[] = [];
    vi.spyOn(store, "claim").mockImplementation((...asked) => {
      times.push(performance.now());
      return claim(...asked);
    });
    const renewing = renewals.renew(token, { askedAt });
    await expect.poll(() => times.length, { timeout: 10_000 }).toBe(6);
    await store.release(leaseKey, "other replica");
    await renewing;

    const [before = 0, last = 0] = times.slice(4, 6);
    expect(last - before).toBeGreaterThan(700);
  });
});

describe("a renewal", () => {
  it("of a session that ended is none", async () => {
    expect(await renewals.renew(token, { askedAt })).toEqual({ kind: "missing" });
  });

  it("of a session that was renewed already returns that", async () => {
    await records.create(token, { ...record, askedAt: now() }, ignored);

    expect(await renewals.renew(token, { askedAt })).toMatchObject({ kind: "renewed" });
  });

  it("of a session whose provider is not configured is impossible", async () => {
    await records.create(token, record, ignored);

    expect(renewals.canRenew({ ...record, tokens: { ...noTokens, refreshToken: "r" } })).toBe(
      false,
    );
    expect(await renewals.renew(token, { askedAt })).toEqual({ kind: "unable" });
  });

  it("releases its lease", async () => {
    await records.create(token, record, ignored);
    await renewals.renew(token, { askedAt });
    await renewals.settle();

    expect(await store.claim(leaseKey, "other replica", 10_000)).toBe(true);
  });

  it("needs the refresh token and the ID token, or all of them where it uses the access token", () => {
    const { store: own, records: kept } = opening();
    const reply = () => Promise.reject(new Error("no request"));
    const parties = new Map([
      ["company", memoryParty(reply)],
      ["github", memoryParty(reply, { type: "github" })],
    ]);
    const shown = () => ({ accessToken: undefined, idToken: undefined });
    const log = pino({ enabled: false });
    const common = { audit: () => undefined, counts: createCounts(), shown, log, now };
    const parts = { store: own, records: kept, parties, keepsIdToken: false, ...common };
    const tokens = {
      accessToken: "a",
      accessTokenExpiresAt: undefined,
      refreshToken: "r",
      idToken: "i",
    };
    const others = { ...tokens, refreshToken: undefined };
    const of = new Renewals(parts);

    expect(of.kept("company", tokens)).toEqual({ ...tokens, accessToken: undefined });
    expect(of.kept("github", others)).toEqual(others);
    expect(of.kept("company", others)).toBeUndefined();
    expect(of.canRenew({ ...record, tokens })).toBe(true);
    expect(of.canRenew({ ...record, tokens: others })).toBe(false);
    expect(of.canRenew(record)).toBe(false);
  });

  it("needs no tokens of a session that cannot be renewed, except the ID token for signing out", () => {
    const tokens = { accessToken: "a", accessTokenExpiresAt: 1, refreshToken: "r", idToken: "i" };

    expect(renewals.kept("company", tokens)).toEqual({ ...noTokens, idToken: "i" });
    expect(forgetful.kept("company", tokens)).toBeUndefined();
  });
});
