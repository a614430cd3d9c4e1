import { createStorage, type Storage } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { createStore } from "../../server/store/plain-store.ts";
import type { Store } from "../../server/store/store.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const site = createSite({ url: "https://auth.example.com", cookie: {} });

let clock: number;
let storage: Storage;
let store: Store;

beforeEach(() => {
  clock = Date.now();
  storage = createStorage({ driver: memoryDriver(undefined) });
  store = createStore(storage, { reach: "process", now: () => clock });
});

/** A new process, which has only the store. */
function open(): Sessions {
  return openSessions({ store, lifetimeMs: 7 * day, idleMs: 7 * day, now: () => clock });
}

describe("a revocation of all sessions", () => {
  it("does not end sessions that began after it, for as long as they last", async () => {
    await open().revocations.revoke({ kind: "all" });
    clock += 6 * day;
    const token = await open().start(newSession(site));

    const found: boolean[] = [];
    for (let passed = 0; passed < 6.5 * day; passed += day / 2) {
      clock += day / 2;
      found.push((await open().find(site, token)) !== undefined);
    }

    expect(new Set(found)).toEqual(new Set([true]));
  });

  it("outlasts every session that it ended, even if the clock was an hour slow", async () => {
    const token = await open().start(newSession(site));
    clock -= hour;
    await open().revocations.revoke({ kind: "all" });
    clock += hour;

    clock += 7 * day - minute;

    expect(await open().find(site, token)).toBeUndefined();
  });

  it("counts even if its marker is corrupt", async () => {
    const sessions = open();
    const token = await sessions.start(newSession(site));
    const before = await open().find(site, token);
    await sessions.revocations.revoke({ kind: "all" });
    for (const key of await storage.getKeys("revoked")) await storage.setItem(key, { torn: true });

    expect(before).toBeDefined();
    expect(await open().find(site, token)).toBeUndefined();
  });
});

describe("a process that received more announcements than it remembers individually", () => {
  /** Signs two subjects in, then announces `others` revocations while only the first session is used. */
  async function crowd(others: number) {
    const asked = { store: 0 };
    const get: Store["get"] = (key) => {
      asked.store++;
      return store.get(key);
    };
    const sessions = openSessions({ store: { ...store, get }, now: () => clock });
    const [seen, idle] = await Promise.all(
      ["ada", "bob"].map((subject) => sessions.start(newSession(site, { subject }))),
    );
    asked.store = 0;
    const end = async () => {
      const found: boolean[] = [];
      for (let index = 0; index < others; index++) {
        await sessions.revocations.announce(`other-${index}`);
        if (index % 5_000 === 0) found.push((await sessions.find(site, seen)) !== undefined);
      }
      return found.every(Boolean);
    };
    return { sessions, asked, seen, idle, end };
  }

  it("does not reread sessions that were used meanwhile, only those that were not", async () => {
    const { sessions, asked, idle, end } = await crowd(120_000);

    const wasFound = await end();
    const readsForSeen = asked.store;
    const found = await sessions.find(site, idle);

    expect(wasFound).toBe(true);
    expect(readsForSeen).toBe(0);
    expect(found).toBeDefined();
    expect(asked.store).toBeGreaterThan(0);
  });

  it.each([0, 20_000, 40_000, 120_000])(
    "detects a revocation that %i others followed",
    async (others) => {
      const { sessions, idle, end } = await crowd(others);
      await open().revocations.revoke({ kind: "subject", ...ofBob });

      await end();

      expect(await sessions.find(site, idle)).toBeUndefined();
    },
  );
});

const ofBob = { issuer: "https://id.example.com", subject: "bob" };
