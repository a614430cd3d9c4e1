import { createStorage } from "unstorage";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { sessionRevocationKey } from "../../server/session/revocations.ts";
import { storeKey } from "../../server/session/sealed-records.ts";
import { createToken } from "../../server/session/token.ts";
import { createStore } from "../../server/store/plain-store.ts";
import type { Store } from "../../server/store/store.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const other = createSite({ url: "https://auth.example.org", cookie: {} });
const day = 86_400_000;
let announced: string[];
let failures: number;
let store: Store;

beforeEach(() => {
  [announced, failures] = [[], 0];
  const plain = createStore(createStorage());
  store = {
    ...plain,
    announce: async (announcement) => {
      if (failures-- > 0) throw new Error("the channel is closed");
      announced.push(announcement);
      await plain.announce(announcement);
    },
  };
});

describe("a session that is ended", () => {
  it("is removed, announced once and returned", async () => {
    const sessions = openSessions({ store });
    const token = await sessions.start(newSession(site));

    const record = await sessions.end(site, token);

    expect(record).toMatchObject({ identity: { subject: "ada" }, site: site.url.href });
    expect(announced).toEqual([sessionRevocationKey(token)]);
    expect((await store.get(storeKey(token))) ?? undefined).toBeUndefined();
    expect(await sessions.find(site, token)).toBeUndefined();
  });

  it("is not ended by another site", async () => {
    const sessions = openSessions({ store });
    const token = await sessions.start(newSession(site));

    expect(await sessions.end(other, token)).toBeUndefined();
    expect(await sessions.find(site, token)).toBeDefined();
    expect(announced).toEqual([]);
  });

  it.each([undefined, "", "nonsense", createToken()])(
    "announces nothing if there is none (%#)",
    async (token) => {
      expect(await openSessions({ store }).end(site, token)).toBeUndefined();
      expect(announced).toEqual([]);
    },
  );

  it("is announced although its record cannot be opened here", async () => {
    const secret = "another secret of at least thirty-two bytes";
    const token = await openSessions({ store, secrets: [secret] }).start(newSession(site));

    expect(await openSessions({ store }).end(site, token)).toBeUndefined();
    expect(announced).toEqual([sessionRevocationKey(token)]);
  });

  it("is announced although only this process still has it", async () => {
    const sessions = openSessions({ store });
    const token = await sessions.start(newSession(site));
    await store.remove(storeKey(token));

    expect(await sessions.end(site, token)).toBeUndefined();
    expect(announced).toEqual([sessionRevocationKey(token)]);
  });

  it("is announced again until the channel is open", async () => {
    const sessions = openSessions({ store });
    const token = await sessions.start(newSession(site));
    failures = 3;

    await sessions.end(site, token);
    const atOnce = [...announced];
    await sessions.settle();

    expect([atOnce, announced]).toEqual([[], [sessionRevocationKey(token)]]);
  });
});

describe("a session that expires", () => {
  it("is removed without an announcement", async () => {
    const clock = { now: Date.now() };
    const sessions = openSessions({ store, now: () => clock.now });
    const token = await sessions.start(newSession(site));
    clock.now += day;

    expect(await sessions.find(site, token)).toBeUndefined();
    await sessions.settle();

    expect((await store.get(storeKey(token))) ?? undefined).toBeUndefined();
    expect(announced).toEqual([]);
  });

  it("lives until the last millisecond of its idle time, and longer with each use", async () => {
    const clock = { now: Date.now() };
    const sessions = openSessions({ store, now: () => clock.now });
    const token = await sessions.start(newSession(site));

    for (const step of [day - 1, day - 1, day - 1]) {
      clock.now += step;
      expect(await sessions.find(site, token)).toBeDefined();
    }
    clock.now += day;
    expect(await sessions.find(site, token)).toBeUndefined();
  });
});

describe("a session whose record is not removed yet", () => {
  it("stays ended when the clock goes back after its lifetime", async () => {
    const clock = { now: 1_700_000_000_000 };
    const { promise, resolve } = Promise.withResolvers<void>();
    const remove = (key: string) => promise.then(() => store.remove(key));
    const held = { ...store, remove };
    const sessions = openSessions({ store: held, now: () => clock.now, idleMs: 7 * day });
    const token = await sessions.start(newSession(site));

    clock.now += 7 * day;
    const over = await sessions.find(site, token);
    clock.now -= 60_000;
    const afterwards = await sessions.find(site, token);
    const inStore = await store.get(storeKey(token));
    resolve();
    await sessions.settle();

    expect([over, afterwards]).toEqual([undefined, undefined]);
    expect(inStore).not.toBeNull();
  });
});
