import { createStorage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { SealedRecords, storeKey } from "../../server/session/sealed-records.ts";
import { createStore } from "../../server/store/plain-store.ts";
import type { Store } from "../../server/store/store.ts";
import { testSecret } from "../peers/doorward.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const other = createSite({ url: "https://auth.example.org", cookie: {} });
const day = 86_400_000;
let clock = { now: 0 };
let reads: string[];
let lifetimes: number[];
let late: (() => void) | undefined;
let reconnect: () => void;
let hears: boolean;
let store: Store;

beforeEach(() => {
  clock = { now: 1_700_000_000_000 };
  [reads, lifetimes, late, hears] = [[], [], undefined, true];
  const plain = createStore(createStorage(), {
    reach: "process",
    expires: true,
    now: () => clock.now,
  });
  store = {
    ...plain,
    get hearsAnnouncements() {
      return hears;
    },
    get: (key) => {
      reads.push(key);
      return plain.get(key);
    },
    set: (key, value, ttlSeconds, onLate) => {
      lifetimes.push(ttlSeconds);
      late = onLate;
      return plain.set(key, value, ttlSeconds, onLate);
    },
    onReconnected: (listener) => void (reconnect = listener),
  };
});

const now = () => clock.now;
const opened = (options: Partial<Parameters<typeof openSessions>[0]> = {}) =>
  openSessions({ store, now, ...options });
const readsOf = (token: string) => reads.filter((key) => key === storeKey(token)).length;

describe("a session in this process's memory", () => {
  it("is found without the store, also after it was read from there", async () => {
    const first = opened();
    const token = await first.start(newSession(site));
    const second = opened();

    expect(first.find(site, token)).not.toBeInstanceOf(Promise);
    expect(await second.find(site, token)).toBeDefined();
    expect(second.find(site, token)).not.toBeInstanceOf(Promise);
    expect(readsOf(token)).toBe(1);
  });

  it("is read again while announcements do not arrive, and after they may have been missed", async () => {
    const sessions = opened();
    const token = await sessions.start(newSession(site));

    hears = false;
    await sessions.find(site, token);
    expect(readsOf(token)).toBe(1);
    hears = true;
    reconnect();
    await sessions.find(site, token);
    expect(readsOf(token)).toBe(2);
    await sessions.find(site, token);
    expect(readsOf(token)).toBe(2);
  });

  it("is forgotten once the store no longer has it", async () => {
    const sessions = opened();
    const token = await sessions.start(newSession(site));
    await store.remove(storeKey(token));
    hears = false;

    expect(await sessions.find(site, token)).toBeUndefined();
    hears = true;
    expect(await sessions.find(site, token)).toBeUndefined();
  });

  it("belongs to its site", async () => {
    const sessions = opened();
    const token = await sessions.start(newSession(site));

    expect(sessions.find(other, token)).toBeUndefined();
    expect(await opened().find(other, token)).toBeUndefined();
  });

  it("is not kept for a provider that is no longer configured", async () => {
    const sessions = opened({ isCurrent: () => false });
    const token = await sessions.start(newSession(site));

    expect(await sessions.find(site, token)).toBeUndefined();
    expect(await opened().find(site, token)).toBeDefined();
  });

  it.each([undefined, "", "nonsense", `${"a".repeat(43)}b`])("is not looked for (%#)", (token) => {
    expect(opened().find(site, token)).toBeUndefined();
    expect(reads).toEqual([]);
  });
});

describe("a session that was revoked", () => {
  it("is removed from the store by the first process that reads it", async () => {
    const token = await opened().start(newSession(site));
    const sessions = opened();
    await sessions.revocations.revoke({ kind: "all" });

    expect(await sessions.find(site, token)).toBeUndefined();
    await sessions.settle();
    expect((await store.get(storeKey(token))) ?? undefined).toBeUndefined();
  });
});

describe("the time of last use", () => {
  it("is counted by the hundredth of a short idle time", async () => {
    const sessions = opened({ idleMs: 1_000 });
    const token = await sessions.start(newSession(site));
    const found: boolean[] = [];

    for (const at of [5, 900, 1_400, 2_350]) {
      clock.now = 1_700_000_000_000 + at;
      found.push((await sessions.find(site, token)) !== undefined);
    }

    expect(found).toEqual([true, true, true, true]);
  });

  it("is that of another process, if that one was used later", async () => {
    const [here, there] = [opened(), opened()];
    const token = await here.start(newSession(site));
    await here.find(site, token);
    clock.now += 0.9 * day;
    await there.find(site, token);
    await there.settle();
    clock.now += 0.9 * day;

    expect(await here.find(site, token)).toBeDefined();
  });

  it("stays that of this process, if the store was not told of it", async () => {
    const sessions = opened();
    const token = await sessions.start(newSession(site));
    clock.now += 0.09 * day;
    await sessions.find(site, token);
    hears = false;
    clock.now += 0.95 * day;

    expect(await sessions.find(site, token)).toBeDefined();
  });

  it("forgets a session that the store no longer has", async () => {
    const sessions = opened();
    const token = await sessions.start(newSession(site));
    await store.remove(storeKey(token));
    clock.now += 0.5 * day;

    expect(await sessions.find(site, token)).toBeDefined();
    await sessions.settle();
    expect(await sessions.find(site, token)).toBeUndefined();
  });
});

describe("a record in the store", () => {
  const ttlOf = async (idleMs: number, lifetimeMs: number) => {
    lifetimes = [];
    await opened({ idleMs, lifetimeMs }).start(newSession(site));
    return lifetimes;
  };

  it("expires with the session, or a tenth and a minute after its idle time", async () => {
    expect(await ttlOf(day, 10 * day)).toEqual([Math.ceil(1.1 * 86_400 + 60)]);
    expect(await ttlOf(day, day)).toEqual([86_400]);
    expect(await ttlOf(10 * day, 1_500)).toEqual([2]);
  });

  it("is removed if its write ends after the visitor gave up", async () => {
    const sessions = opened();
    const token = await sessions.start(newSession(site));

    late?.();
    await sessions.settle();

    expect((await store.get(storeKey(token))) ?? undefined).toBeUndefined();
  });

  it("is opened by each secret of the list, and sealed with the first", async () => {
    const second = "another secret of at least thirty-two bytes";
    const token = await opened({ secrets: [second] }).start(newSession(site));
    const records = (secrets: string[]) => new SealedRecords({ store, secrets, idleMs: day, now });

    expect(await records([testSecret, second]).read(token)).toMatchObject({ version: 1 });
    expect(await records([testSecret]).read(token)).toBeUndefined();
    expect(await records([testSecret]).has(token)).toBe(true);
    const stored = await records([testSecret, second]).read(token);
    if (stored === undefined) throw new Error("no record");
    expect(await records([testSecret, second]).replace(token, stored.record, 2)).toBe(false);
    expect(await records([testSecret, second]).replace(token, stored.record, 1)).toBe(true);
    expect(await records([testSecret]).read(token)).toMatchObject({ version: 2 });
  });
});
