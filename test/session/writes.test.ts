import { createStorage, type Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { AuthError } from "../../server/errors.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { newSession, openSessions } from "../peers/sessions.ts";
import { endsWithin } from "../peers/times.ts";
import { createStore } from "../../server/store/plain-store.ts";

const minute = 60_000;
const site = createSite({ url: "https://auth.example.com", cookie: {} });
const memory = memoryDriver(undefined);

let clock: number;
/** The writes of session records, and of the sets that list them. */
let writes: number;
let listWrites: number;
let landed: number;
/** Holds back every write. */
let gate: Promise<void> | undefined;
let isSilent: boolean;

const driver: Driver = {
  ...memory,
  async setItem(key, value, options) {
    const isRecord = key.startsWith("session");
    if (isRecord) writes++;
    else listWrites++;
    await gate;
    await memory.setItem?.(key, value, options);
    if (isRecord) landed++;
  },
  getItem: (key, options) =>
    isSilent ? new Promise(() => undefined) : memory.getItem(key, options),
};

function open(storeDriver = driver): Sessions {
  const store = createStore(createStorage({ driver: storeDriver }));
  return openSessions({ store, idleMs: 60 * minute, now: () => clock });
}

function start(sessions: Sessions): Promise<string> {
  return sessions.start(newSession(site));
}

beforeEach(() => {
  [clock, gate, isSilent] = [Date.now(), undefined, false];
  [writes, listWrites, landed] = [0, 0, 0];
});

describe("the time of last use", () => {
  it("is written at most once in a tenth of the idle time, however many requests come", async () => {
    const sessions = open();
    const token = await start(sessions);

    for (let second = 0; second < 36_000; second += 5) {
      clock += 5_000;
      expect(await sessions.find(site, token)).toBeDefined();
    }
    await sessions.settle();

    // Ten hours contain a hundred tenths of the idle time; the first write is the session itself.
    expect(writes).toBeGreaterThan(90);
    expect(writes).toBeLessThanOrEqual(101);
    expect(listWrites).toBe(writes);
  });

  it("keeps a busy session alive for a new process, which has only the store", async () => {
    const sessions = open();
    const token = await start(sessions);
    for (let passed = 0; passed < 300; passed += 10) {
      clock += 10 * minute;
      await sessions.find(site, token);
    }
    await sessions.settle();
    clock += 50 * minute;

    expect(await open().find(site, token)).toBeDefined();
  });
});

describe("a clock that is set back", () => {
  it("still extends the TTL in a store whose clock was not set back", async () => {
    let storeClock = clock;
    const store = createStore(createStorage({ driver }), {
      reach: "process",
      now: () => storeClock,
    });
    const sessions = openSessions({ store, idleMs: 30 * minute, now: () => clock });
    const token = await start(sessions);

    clock -= 60 * minute;
    for (let passed = 0; passed < 50; passed++) {
      clock += minute;
      storeClock += minute;
      expect(await sessions.find(site, token)).toBeDefined();
      await sessions.settle();
    }

    const cold = openSessions({ store, idleMs: 30 * minute, now: () => clock });
    expect(await cold.find(site, token)).toBeDefined();
  });
});

describe("a store that does not respond", () => {
  it("times out soon as store_unreachable, without ending the session", async () => {
    const token = await start(open());
    isSilent = true;

    const work = Promise.resolve(open().find(site, token)).catch((error) => error);
    const isInTime = await endsWithin(2_000, work);
    const failure = await work;

    expect(failure).toBeInstanceOf(AuthError);
    expect(failure).toMatchObject({ code: "store_unreachable", status: 503 });
    expect(isInTime).toBe(true);
  });

  it("is read once per session, however many requests wait for it", async () => {
    let reads = 0;
    const counting = {
      ...driver,
      getItem(key: string) {
        if (key.startsWith("session")) reads++;
        return memory.getItem(key);
      },
    };
    const token = await start(open());
    const sessions = open(counting);

    await Promise.all(Array.from({ length: 100 }, () => sessions.find(site, token)));

    expect(reads).toBe(1);
  });
});

describe("a signed-out session", () => {
  it("stays ended when a write was in progress", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sessions = open();
    const token = await start(sessions);
    clock += 10 * minute;
    gate = promise;
    await sessions.find(site, token);

    const ended = sessions.end(site, token);
    resolve();
    await ended;

    expect(await sessions.find(site, token)).toBeUndefined();
    expect(await open().find(site, token)).toBeUndefined();
  });

  // A write that timed out after 900 ms may still land, and must not restore the session.
  it("stays ended when a write lands after its timeout", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sessions = open();
    const token = await start(sessions);
    clock += 10 * minute;
    gate = promise;
    await sessions.find(site, token);

    await sessions.end(site, token);
    resolve();
    await expect.poll(() => landed).toBe(2);

    await expect.poll(() => open().find(site, token)).toBeUndefined();
  });

  it("can be ended by its own site only", async () => {
    const sessions = open();
    const token = await start(sessions);
    const other = createSite({ url: "https://auth.example.org", cookie: {} });

    expect(await sessions.end(other, token)).toBeUndefined();
    expect(await sessions.find(other, token)).toBeUndefined();
    expect(await sessions.find(site, token)).toBeDefined();
  });
});
