import { createStorage, type Storage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
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
    const sessions = openSessions({
      store: { ...store, hearsAnnouncements: true, get, onReconnected, ...changes },
    });
    const readsOf = async (session = ada) => {
      reads.length = 0;
      await sessions.start(session);
      return reads.length;
    };
    return { sessions, readsOf, reconnect: () => reconnect() };
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
