import { createStorage, type Storage } from "unstorage";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { Revocations } from "../../server/session/revocations.ts";
import { AuthError } from "../../server/errors.ts";
import { createStore } from "../../server/store/plain-store.ts";
import type { NewRecord, Store } from "../../server/store/store.ts";
import { newSession, openSessions } from "../peers/sessions.ts";
import { until } from "../peers/until.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const ada = newSession(site);
const { issuer, subject } = ada.identity;
const ofAda = { kind: "subject", issuer, subject } as const;

let storage: Storage;

beforeEach(() => {
  storage = createStorage();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The store of a process. */
function openOwn(): Store {
  return createStore(storage, { reach: "machine", expires: true });
}

/** A store with new records in one round trip, as Redis. */
function openFast(store: Store = openOwn()): Store {
  const create = async ({ records, set, member, memberTtlSeconds, reads }: NewRecord) => {
    const found = await Promise.all(reads.map((key) => store.get(key)));
    for (const { key, value, ttlSeconds } of records) await store.set(key, value, ttlSeconds);
    await store.addMember(set, member, memberTtlSeconds);
    return found;
  };
  return { ...store, isOwn: false, hearsAnnouncements: true, create };
}

function revoke(store: Store, revoked: Parameters<Revocations["revoke"]>[0]) {
  const parts = { store, lifetimeMs: 60_000, onFlood: () => undefined };
  return new Revocations(parts).revoke(revoked);
}

/** Whether a process that has just started accepts the session. */
async function isLive(token: string): Promise<boolean> {
  return (await openSessions({ store: openOwn() }).find(site, token)) !== undefined;
}

async function sessionsLeft(): Promise<number> {
  return (await storage.getKeys("session")).length;
}

describe.each([
  ["in steps", openOwn],
  ["in one round trip", openFast],
])("a session that is opened %s", (_, open) => {
  it("is live, and ends by a revocation of its person", async () => {
    const store = open();
    const token = await openSessions({ store }).start(ada);
    const before = await isLive(token);

    await revoke(store, ofAda);

    expect([before, await isLive(token)]).toEqual([true, false]);
  });

  it("is live if the person was revoked before, in this process or in an earlier one", async () => {
    const store = open();
    await revoke(store, ofAda);
    const sessions = openSessions({ store });
    const later = openSessions({ store: open() });

    const tokens = [await sessions.start(ada), await later.start(ada), await later.start(ada)];

    expect(await Promise.all(tokens.map(isLive))).toEqual([true, true, true]);
  });

  it("is refused after the end of the issuer's session, and leaves no record", async () => {
    const store = open();
    const sessions = openSessions({ store });
    await sessions.start(ada);
    await sessions.revocations.revoke({ kind: "sid", issuer, sid: "s-1" });

    await expect(sessions.start({ ...ada, sid: "s-1" })).rejects.toMatchObject({
      code: "grant_ended",
    });
    await sessions.settle();
    expect(await sessionsLeft()).toBe(1);
  });
});

describe("a session that is opened in one round trip", () => {
  it("leaves no record if its markers cannot be written into it", async () => {
    const store = openFast();
    await revoke(store, ofAda);
    const sessions = openSessions({ store: { ...store, replace: async () => false } });

    await expect(sessions.start(ada)).rejects.toMatchObject({ code: "store_unreachable" });
    await sessions.settle();
    expect(await sessionsLeft()).toBe(0);
  });

  it("is not opened if the store fails", async () => {
    const create = () => Promise.reject(new AuthError("store_unreachable", "down"));
    const sessions = openSessions({ store: { ...openFast(), create } });

    await expect(sessions.start(ada)).rejects.toMatchObject({ code: "store_unreachable" });
  });
});

describe("the markers of an own store", () => {
  /** Sessions whose store counts the reads of markers. */
  function openCounting(changes: Partial<Store> = {}) {
    const reads: string[] = [];
    const store = openOwn();
    const get = (key: string) => {
      if (key.startsWith("revoked:")) reads.push(key);
      return store.get(key);
    };
    let reconnect = () => undefined as void;
    const onReconnected = (listener: () => void) => void (reconnect = listener);
    let lists = 0;
    const members = (set: string) => {
      if (set === "revoked") lists++;
      return store.members(set);
    };
    const sessions = openSessions({
      store: { ...store, hearsAnnouncements: true, get, members, onReconnected, ...changes },
    });
    const readsOf = async (session = ada) => {
      reads.length = 0;
      await sessions.start(session);
      return reads.length;
    };
    return { sessions, readsOf, reconnect: () => reconnect(), lists: () => lists };
  }

  const eve = newSession(site, { subject: "eve" });

  it("are read until they are listed, and later only where one may exist", async () => {
    await revoke(openOwn(), ofAda);
    const { readsOf } = openCounting();

    expect(await readsOf(eve)).toBe(2);
    await until(async () => (await readsOf(eve)) === 0);
    expect(await readsOf(ada)).toBe(1);
  });

  it("are read after a revocation in this process", async () => {
    const { sessions, readsOf } = openCounting();
    await readsOf();
    await until(async () => (await readsOf()) === 0);

    await sessions.revocations.revoke(ofAda);

    expect(await readsOf(ada)).toBe(1);
    expect(await readsOf(eve)).toBe(0);
  });

  it("are listed again after announcements may have been missed", async () => {
    const { readsOf, reconnect } = openCounting();
    await readsOf();
    await until(async () => (await readsOf()) === 0);
    await revoke(openOwn(), ofAda);

    reconnect();

    expect(await readsOf(eve)).toBe(2);
    await until(async () => (await readsOf(eve)) === 0);
    expect(await readsOf(ada)).toBe(1);
  });

  /** A command that is killed before it announces the marker. */
  async function revokeSilently() {
    const announce = () => Promise.reject(new Error("killed"));
    await revoke({ ...openOwn(), announce }, ofAda).catch(() => undefined);
  }

  it("are listed again a minute later, so that a marker without an announcement is found", async () => {
    let passedMs = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + passedMs);
    const { sessions, readsOf, lists } = openCounting();
    await readsOf();
    await until(async () => (await readsOf()) === 0);
    await revokeSilently();
    passedMs += 30_000;
    expect([await readsOf(ada), lists()]).toEqual([0, 1]);

    passedMs += 31_000;
    const token = await sessions.start(ada);
    await until(async () => (await readsOf(eve)) === 0);

    expect(await isLive(token)).toBe(true);
    expect(await readsOf(ada)).toBe(1);
    expect(lists()).toBe(2);
  });

  it("are not listed every minute if they are too many", async () => {
    let passedMs = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + passedMs);
    let lists = 0;
    const all = Array.from({ length: 10_001 }, (_, index) => `marker-${index}`);
    const members = async (set: string) => (set === "revoked" && lists++, all);
    const { readsOf } = openCounting({ members });
    const reads = [await readsOf(), await readsOf()];
    passedMs += 3_600_000;

    expect([...reads, await readsOf(), lists]).toEqual([2, 2, 2, 1]);
  });

  it("are not listed again if no other process can write the store", async () => {
    let passedMs = 0;
    const now = performance.now.bind(performance);
    vi.spyOn(performance, "now").mockImplementation(() => now() + passedMs);
    const { readsOf, lists } = openCounting({ isPrivate: true });
    await readsOf();
    await until(async () => (await readsOf()) === 0);

    passedMs += 3_600_000;

    expect([await readsOf(), await readsOf(), lists()]).toEqual([0, 0, 1]);
  });

  it("are listed again once a marker is found that the list does not have", async () => {
    const { sessions, readsOf, lists } = openCounting();
    const earlier = await sessions.start(ada);
    await until(async () => (await readsOf()) === 0);
    await revokeSilently();
    const reader = sessions.revocations;
    const opened = { ...ada, tombstones: {} };
    expect(await readsOf(ada)).toBe(0);

    expect(await reader.isRevoked(opened)).toBe(true);
    const token = await sessions.start(ada);

    expect([await isLive(earlier), await isLive(token)]).toEqual([false, true]);
    await until(async () => (await readsOf(eve)) === 0);
    expect(await readsOf(ada)).toBe(1);
    expect(await reader.isRevoked(opened)).toBe(true);
    expect(await readsOf(eve)).toBe(0);
    expect(lists()).toBe(2);
  });

  it("are listed once although a person with a marker signs in meanwhile", async () => {
    await revoke(openOwn(), ofAda);
    const gate = Promise.withResolvers<void>();
    const store = openOwn();
    let lists = 0;
    const members = async (set: string) => {
      if (set === "revoked" && lists++ === 0) await gate.promise;
      return store.members(set);
    };
    const { readsOf } = openCounting({ members });
    expect([await readsOf(ada), await readsOf(ada)]).toEqual([2, 2]);

    gate.resolve();
    await until(async () => (await readsOf(eve)) === 0);

    expect([await readsOf(ada), await readsOf(eve), lists]).toEqual([1, 0, 1]);
  });

  it("are not taken from a list that was read while a marker was found that it may lack", async () => {
    const gate = Promise.withResolvers<void>();
    const store = openOwn();
    let lists = 0;
    const members = async (set: string) => {
      const listed = await store.members(set);
      if (set === "revoked" && lists++ === 0) await gate.promise;
      return listed;
    };
    const { sessions, readsOf } = openCounting({ members });
    await readsOf();
    await until(async () => lists === 1);
    await revokeSilently();
    await sessions.revocations.isRevoked({ ...ada, tombstones: {} });

    gate.resolve();
    await until(async () => (await readsOf(eve)) === 0);

    expect(await readsOf(ada)).toBe(1);
    expect(lists).toBe(2);
  });

  it.each([
    ["replicas write the store too", { isOwn: false }],
    ["announcements do not arrive", { hearsAnnouncements: false }],
    [
      "they cannot be listed",
      {
        members: () => Promise.reject(new Error("down")),
      },
    ],
  ])("are always read while %s", async (_, changes) => {
    const { readsOf } = openCounting(changes);

    const counts = [];
    for (let time = 0; time < 5; time++) counts.push(await readsOf());

    expect(counts).toEqual([2, 2, 2, 2, 2]);
  });
});
