import { pino } from "pino";
import { createStorage, type Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { AuthError } from "../../server/errors.ts";
import { Sessions } from "../../server/session/sessions.ts";
import { createStore } from "../../server/session/storage.ts";
import { testSecret } from "../peers/doorward.ts";

const minute = 60_000;
const site = createSite({ url: "https://auth.example.com", cookie: {} });
const memory = memoryDriver(undefined);

let clock: number;
let writes: number;
let landed: number;
/** What every write waits for. */
let gate: Promise<void> | undefined;
let isSilent: boolean;

const driver: Driver = {
  ...memory,
  async setItem(key, value, options) {
    writes++;
    await gate;
    await memory.setItem?.(key, value, options);
    landed++;
  },
  getItem: (key, options) =>
    isSilent ? new Promise(() => undefined) : memory.getItem(key, options),
};

function openSessions(idleMs = 60 * minute): Sessions {
  return new Sessions({
    store: createStore(createStorage({ driver })),
    secrets: [testSecret],
    lifetimeMs: 7 * 24 * 60 * minute,
    idleMs,
    isCurrent: () => true,
    log: pino({ enabled: false }),
    now: () => clock,
  });
}

function start(sessions: Sessions): Promise<string> {
  return sessions.start({
    identity: {
      issuer: "https://id.example.com",
      subject: "ada",
      email: undefined,
      groups: [],
      name: undefined,
      preferredUsername: undefined,
      provider: "company",
      claims: {},
    },
    site: site.url.href,
    clientId: "door",
    accessToken: undefined,
    idToken: undefined,
  });
}

beforeEach(() => {
  [clock, writes, landed, gate, isSilent] = [Date.now(), 0, 0, undefined, false];
});

describe("the time of last use", () => {
  it("is written at most once in a tenth of the idle time, however many requests come", async () => {
    const sessions = openSessions();
    const token = await start(sessions);

    for (let second = 0; second < 36_000; second += 5) {
      clock += 5_000;
      expect(await sessions.find(site, token)).toBeDefined();
    }
    await sessions.settle();

    // Ten hours are a hundred tenths of an hour; the first write is the session itself.
    expect(writes).toBeGreaterThan(90);
    expect(writes).toBeLessThanOrEqual(101);
  });

  it("keeps a busy session alive for a process that knows only the store", async () => {
    const sessions = openSessions();
    const token = await start(sessions);
    for (let passed = 0; passed < 300; passed += 10) {
      clock += 10 * minute;
      await sessions.find(site, token);
    }
    await sessions.settle();
    clock += 50 * minute;

    expect(await openSessions().find(site, token)).toBeDefined();
  });
});

describe("a store that does not answer", () => {
  it("is soon given up, and that is no verdict on the session", async () => {
    const token = await start(openSessions());
    isSilent = true;
    const begun = performance.now();

    const failure = await Promise.resolve(openSessions().find(site, token)).catch((error) => error);

    expect(failure).toBeInstanceOf(AuthError);
    expect(failure).toMatchObject({ code: "store_unreachable", status: 503 });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it("is asked once a session, however many requests wait for it", async () => {
    let reads = 0;
    const counting = { ...driver, getItem: (key: string) => (reads++, memory.getItem(key)) };
    const token = await start(openSessions());
    const sessions = new Sessions({
      store: createStore(createStorage({ driver: counting })),
      secrets: [testSecret],
      lifetimeMs: minute,
      idleMs: minute,
      isCurrent: () => true,
      log: pino({ enabled: false }),
      now: () => clock,
    });

    await Promise.all(Array.from({ length: 100 }, () => sessions.find(site, token)));

    expect(reads).toBe(1);
  });
});

describe("whoever signs out", () => {
  it("stays out when a write was under way", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sessions = openSessions();
    const token = await start(sessions);
    clock += 10 * minute;
    gate = promise;
    await sessions.find(site, token);

    const ended = sessions.end(site, token);
    resolve();
    await ended;

    expect(await sessions.find(site, token)).toBeUndefined();
    expect(await openSessions().find(site, token)).toBeUndefined();
  });

  // A write that was given up after 900 ms may still be done later, and must not bring the session back.
  it("stays out when a write was so slow that nobody waited for it", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const sessions = openSessions();
    const token = await start(sessions);
    clock += 10 * minute;
    gate = promise;
    await sessions.find(site, token);

    await sessions.end(site, token);
    resolve();
    await expect.poll(() => landed).toBe(2);

    await expect.poll(() => openSessions().find(site, token)).toBeUndefined();
  });

  it("is ended by its own site alone", async () => {
    const sessions = openSessions();
    const token = await start(sessions);
    const other = createSite({ url: "https://auth.example.org", cookie: {} });

    expect(await sessions.end(other, token)).toBeUndefined();
    expect(await sessions.find(other, token)).toBeUndefined();
    expect(await sessions.find(site, token)).toBeDefined();
  });
});
