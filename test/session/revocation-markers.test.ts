import { createStorage, type Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { shape, type SessionRecord } from "../../server/session/record.ts";
import {
  revocationKeyOfAll,
  Revocations,
  sidRevocationKey,
  subjectRevocationKey,
} from "../../server/session/revocations.ts";
import { createStore } from "../../server/store/plain-store.ts";
import type { Store } from "../../server/store/store.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const { tokens: _, ...opened } = newSession(site);
const { issuer, subject } = opened.identity;
const record: SessionRecord = {
  shape,
  ...opened,
  sid: "s-1",
  accessToken: undefined,
  idToken: undefined,
  tokens: undefined,
  tombstones: {},
  createdAt: 0,
  expiresAt: 0,
  usedAt: 0,
  askedAt: 0,
};
const day = 86_400;

let written: { key: string; value: object; ttlSeconds: number }[];
let announced: string[];
let floods: number;
let reconnect: () => void;
let store: Store;
let revocations: Revocations;

/** A store that announces to others only, and hears of a lost connection. */
beforeEach(() => {
  [written, announced, floods] = [[], [], 0];
  const plain = createStore(createStorage());
  store = {
    ...plain,
    set: (key, value, ttlSeconds) => {
      written.push({ key, value, ttlSeconds });
      return plain.set(key, value, ttlSeconds);
    },
    announce: async (announcement) => void announced.push(announcement),
    onAnnounced: () => undefined,
    onReconnected: (listener) => void (reconnect = listener),
  };
  revocations = open(7 * day);
});

afterEach(() => {
  vi.useRealTimers();
});

function open(lifetimeSeconds: number): Revocations {
  return new Revocations({
    store,
    lifetimeMs: lifetimeSeconds * 1_000,
    onFlood: () => void floods++,
  });
}

describe("a revocation marker", () => {
  it("outlasts the longest sessions by a day", async () => {
    await revocations.revoke({ kind: "all" });
    await open(60 * day).revoke({ kind: "all" });

    expect(written.map(({ ttlSeconds }) => ttlSeconds)).toEqual([31 * day, 61 * day]);
  });

  it("is announced, and its key reveals no issuer and no subject", async () => {
    await revocations.revoke({ kind: "subject", issuer, subject });
    await revocations.revoke({ kind: "sid", issuer, sid: "s-1" });
    await revocations.revoke({ kind: "all" });

    const keys = [subjectRevocationKey(record), sidRevocationKey(record), revocationKeyOfAll];
    expect(announced).toEqual(keys);
    expect(written.map(({ key }) => key)).toEqual(keys.map((key) => `revoked:${key}`));
    expect(keys.join()).toMatch(/^[\w-]{22},[\w-]{22},[\w-]{22}$/);
  });

  it.each([
    { kind: "all" },
    { kind: "subject", issuer, subject },
    { kind: "sid", issuer, sid: "s-1" },
  ] as const)("of %j ends the sessions that it matches", async (revoked) => {
    expect(await revocations.isRevoked(record)).toBe(false);
    await revocations.revoke(revoked);

    expect(await revocations.isRevoked(record)).toBe(true);
  });

  it.each([
    { kind: "subject", issuer, subject: "bob" },
    { kind: "subject", issuer: "https://other.example.com", subject },
    { kind: "sid", issuer, sid: "s-2" },
    { kind: "sid", issuer: "https://other.example.com", sid: "s-1" },
    { kind: "sid", issuer, sid: subject },
    { kind: "subject", issuer, subject: "s-1" },
  ] as const)("of %j does not", async (revoked) => {
    await revocations.revoke(revoked);

    expect(await revocations.isRevoked(record)).toBe(false);
  });

  it("does not end a session that began after it, but the next one does", async () => {
    await revocations.revoke({ kind: "subject", issuer, subject });
    const { all, subject: marker } = await revocations.tombstonesOf(opened);
    const later = { ...record, sid: undefined, tombstones: { all, subject: marker } };

    expect(marker).toMatch(/^[\w-]{12}$/);
    expect(await revocations.isRevoked(later)).toBe(false);
    await revocations.revoke({ kind: "subject", issuer, subject });
    expect(await revocations.isRevoked(later)).toBe(true);
  });

  it("has no effect once it has expired", async () => {
    const earlier = { ...record, tombstones: { all: "t-1", subject: "t-2" } };

    expect(await revocations.isRevoked(earlier)).toBe(false);
  });

  it("of an issuer's session prevents another one here", async () => {
    const sessions = openSessions({ store });
    await sessions.revocations.revoke({ kind: "sid", issuer, sid: "s-1" });

    await expect(sessions.start({ ...newSession(site), sid: "s-1" })).rejects.toMatchObject({
      code: "grant_ended",
      message: "the issuer has already ended this session",
    });
    expect(await sessions.start({ ...newSession(site), sid: "s-2" })).toBeDefined();
  });
});

describe("the marker of all sessions, one key that every session needs", () => {
  it("is read at most twice for a hundred sessions at once, and ends them all", async () => {
    let reads = 0;
    const counting = {
      ...store,
      get: (key: string) => {
        if (key === `revoked:${revocationKeyOfAll}`) reads++;
        return store.get(key);
      },
    };
    const own = new Revocations({ store: counting, lifetimeMs: day, onFlood: () => undefined });
    const hundred = () => Promise.all(Array.from({ length: 100 }, () => own.isRevoked(record)));

    const before = await hundred();
    const readsBefore = reads;
    await own.revoke({ kind: "all" });
    const after = await hundred();

    expect([new Set(before), new Set(after)]).toEqual([new Set([false]), new Set([true])]);
    expect([readsBefore, reads]).toEqual([2, 4]);
  });

  it("ends a session whose check begins while an earlier read of it is in progress", async () => {
    const gate = Promise.withResolvers<void>();
    let reads = 0;
    const slow = {
      ...store,
      get: async (key: string) => {
        const value = await store.get(key);
        if (key === `revoked:${revocationKeyOfAll}` && reads++ === 0) await gate.promise;
        return value;
      },
    };
    const own = new Revocations({ store: slow, lifetimeMs: day, onFlood: () => undefined });
    const begunBefore = own.isRevoked(record);
    await expect.poll(() => reads).toBe(1);
    await own.revoke({ kind: "all" });

    const begunAfter = own.isRevoked(record);
    gate.resolve();

    expect(await begunBefore).toBe(false);
    expect(await begunAfter).toBe(true);
  });
});

describe("a marker of all sessions that the store does not return", () => {
  it("fails each check within one time limit of the store, also one that joins another", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate"] });
    const data = memoryDriver(undefined);
    const getItem: Driver["getItem"] = (key, options) =>
      key.startsWith(`revoked:${revocationKeyOfAll}`)
        ? new Promise<null>(() => undefined)
        : data.getItem(key, options);
    const silent = createStore(createStorage({ driver: { ...data, getItem } }));
    const own = new Revocations({ store: silent, lifetimeMs: day, onFlood: () => undefined });
    const codes: unknown[] = [];
    const begin = () =>
      own.isRevoked(record).then(
        () => codes.push("checked"),
        ({ code }: { code: unknown }) => codes.push(code),
      );

    void begin();
    await vi.advanceTimersByTimeAsync(10);
    void begin();
    await vi.advanceTimersByTimeAsync(980);

    expect(codes).toEqual(["store_unreachable", "store_unreachable"]);
  });
});

describe("an announcement", () => {
  it("ends the sessions that were read before it", async () => {
    const { epoch } = revocations;
    await revocations.announce("key");

    expect(revocations.isEndedSince(epoch, ["other", "key"])).toBe(true);
    expect(revocations.isEndedSince(epoch, ["other"])).toBe(false);
    expect(revocations.isEndedSince(revocations.epoch, ["key"])).toBe(false);
  });

  it("counts in two generations of 25,000", async () => {
    const { epoch } = revocations;
    await revocations.announce("first");
    const { epoch: afterFirst } = revocations;
    for (let index = 2; index <= 25_000; index++) await revocations.announce(`k-${index}`);
    const { epoch: afterGeneration } = revocations;

    expect(revocations.isEndedSince(epoch, ["other"])).toBe(false);
    expect(revocations.isEndedSince(epoch, ["first"])).toBe(true);
    for (let index = 1; index <= 25_000; index++) await revocations.announce(`l-${index}`);
    expect(revocations.isEndedSince(epoch, ["other"])).toBe(true);
    expect(revocations.isEndedSince(afterFirst, ["other"])).toBe(true);
    expect(revocations.isEndedSince(afterGeneration, ["other"])).toBe(false);
    expect(revocations.isEndedSince(afterGeneration, ["l-1"])).toBe(true);
  });

  it("may have been missed while the connection was lost", async () => {
    await revocations.announce("key");
    const { epoch } = revocations;

    reconnect();

    expect(floods).toBe(1);
    expect(revocations.isEndedSince(epoch, ["other"])).toBe(true);
    expect(revocations.isEndedSince(revocations.epoch, ["key"])).toBe(false);
  });
});

describe("a session of an issuer", () => {
  it("is known here once it has a session here, for as long as that lasts", async () => {
    await revocations.know(record);
    await revocations.know({ ...record, sid: undefined });

    expect(written).toMatchObject([{ value: { known: true }, ttlSeconds: 7 * day }]);
    expect(await revocations.isKnown(issuer, "s-1")).toBe(true);
    expect(await revocations.isKnown(issuer, "s-2")).toBe(false);
    expect(await revocations.isKnown("https://other.example.com", "s-1")).toBe(false);
  });
});
