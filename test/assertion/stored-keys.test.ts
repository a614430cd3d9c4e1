import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { lifetimeMs } from "../../server/assertion/claims.ts";
import { parseKeyList, signerAt, type KeyList } from "../../server/assertion/key-record.ts";
import { KeptKeys } from "../../server/assertion/kept-keys.ts";
import { storedKeys, syncKeys } from "../../server/assertion/stored-keys.ts";
import { AuthError } from "../../server/errors.ts";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { testSecret } from "../peers/doorward.ts";
import { pathOf, without } from "../peers/programs.ts";
import { startRedis } from "../peers/redis.ts";

const secrets = [testSecret];
const otherSecret = testSecret.toLowerCase();
const dayMs = 86_400_000;
const begun = Date.UTC(2026, 0, 1);

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0).toReversed()) await end();
});

async function openMemory(clock = { now: begun }): Promise<Store> {
  const store = await openStore({ driver: "memory" }, { now: () => clock.now });
  ends.push(() => store.close());
  return store;
}

const idsOf = (keys: KeyList | undefined) => keys?.map(({ key }) => key.published.kid);

/** Two stores at one place, as two replicas or the service and a command have them. */
const places: Readonly<Record<string, () => Promise<[Store, Store]>>> = {
  async "one folder"() {
    const base = await mkdtemp(join(tmpdir(), "doorward-keys-"));
    ends.push(() => rm(base, { recursive: true }));
    return openTwo({ driver: "fs-lite", base });
  },
  async Redis() {
    const redis = await startRedis();
    ends.push(() => redis.close());
    return openTwo({ driver: "redis", url: redis.url });
  },
  ...(without.has("valkey")
    ? {}
    : {
        async Valkey() {
          const redis = await startRedis({ program: pathOf("valkey") });
          ends.push(() => redis.close());
          return openTwo({ driver: "redis", url: redis.url });
        },
      }),
};

async function openTwo(storage: Parameters<typeof openStore>[0]): Promise<[Store, Store]> {
  const stores: [Store, Store] = [await openStore(storage), await openStore(storage)];
  ends.push(() => Promise.all(stores.map((store) => store.close())));
  return stores;
}

describe.each(Object.entries(places))("the keys in %s", (_, openPlace) => {
  it("are made once by two doorwards that start at once, and found by the next one", async () => {
    const [one, other] = await openPlace();
    const now = Date.now();

    await Promise.all([syncKeys(one, secrets, now), syncKeys(other, secrets, now)]);
    const ids = idsOf(await syncKeys(other, secrets, now + 1));
    const [ofOne, ofOther] = await Promise.all([
      syncKeys(one, secrets, now + 2),
      syncKeys(other, secrets, now + 2),
    ]);

    expect(ids).toHaveLength(2);
    expect([idsOf(ofOne), idsOf(ofOther)]).toEqual([ids, ids]);
  });

  it("are rotated once by two doorwards", async () => {
    const [one, other] = await openPlace();
    const now = Date.now();
    const first = idsOf(await syncKeys(one, secrets, now));

    const later = now + 30 * dayMs;
    await Promise.all([one, other].map((store) => syncKeys(store, secrets, later)));

    const [ofOne, ofOther] = await Promise.all(
      [one, other].map(async (store) => idsOf(await syncKeys(store, secrets, later))),
    );
    expect(ofOne).toEqual(ofOther);
    expect(ofOne).toEqual([...(first ?? []), expect.any(String)]);
  });
});

describe.each(Object.entries(places).filter(([place]) => place !== "one folder"))(
  "the keys in %s, which compares and sets",
  (_, openPlace) => {
    it("are the same for each of four rotations at once", async () => {
      const stores = await openPlace();
      const [one] = stores;
      const now = Date.now();
      await syncKeys(one, secrets, now);

      const later = now + 30 * dayMs;
      const rotated = await Promise.all(
        [...stores, ...stores].map((store) => syncKeys(store, secrets, later)),
      );

      const ids = idsOf(await storedKeys(one, secrets));
      expect(rotated.map(idsOf)).toEqual(rotated.map(() => ids));
    });
  },
);

describe("the keys over months", () => {
  it("are published a month before they sign, and a day afterwards", async () => {
    const clock = { now: begun };
    const store = await openMemory(clock);
    const publishedSince = new Map<string, number>();
    const lastSigned = new Map<string, number>();

    for (; clock.now < begun + 200 * dayMs; clock.now += dayMs / 4) {
      const keys = await syncKeys(store, secrets, clock.now);
      for (const id of idsOf(keys) ?? [])
        publishedSince.set(id, publishedSince.get(id) ?? clock.now);
      const { kid } = signerAt(keys, clock.now).published;
      lastSigned.set(kid, clock.now);
      const needed = [...lastSigned].filter(([, time]) => clock.now - time < dayMs - lifetimeMs);
      for (const [id] of needed) expect(idsOf(keys)).toContain(id);
      expect(keys.length).toBeLessThanOrEqual(3);
    }

    const signed = [...lastSigned.keys()];
    expect(signed.length).toBe(7);
    const firstOf = (id: string) => (lastSigned.get(id) ?? 0) - 30 * dayMs;
    for (const id of signed.slice(1, -1))
      expect(firstOf(id) - (publishedSince.get(id) ?? Infinity)).toBeGreaterThan(
        29 * dayMs - dayMs,
      );
  });

  it("never sign on a replica whose keys another does not publish, whatever its clock within minutes", async () => {
    const store = await openMemory();
    const aheadMs = 10 * 60_000;
    let published: string[] = [];

    for (let hour = 0; hour < 24 * 65; hour++) {
      const now = begun + hour * 3_600_000;
      // The other one has not read the keys for an hour.
      const before = published;
      const keys = await syncKeys(store, secrets, now);
      published = idsOf(keys) ?? [];
      const signer = signerAt(keys, now + aheadMs).published.kid;
      expect(before.length === 0 || before.includes(signer)).toBe(true);
    }
  });

  it("begin anew, with a published next key, after doorward was stopped for longer than they are kept", async () => {
    const clock = { now: begun };
    const store = await openMemory(clock);
    const before = await syncKeys(store, secrets, clock.now);
    clock.now += 60 * dayMs;

    const after = await syncKeys(store, secrets, clock.now);

    expect(signerAt(after, clock.now)).not.toBe(signerAt(before, begun));
    expect(idsOf(before)).toContain(signerAt(after, clock.now).published.kid);
    expect(signerAt(after, clock.now + 29 * dayMs)).toBe(signerAt(after, clock.now));
    expect(signerAt(after, clock.now + 31 * dayMs)).toBe(after.at(-1)?.key);
  });

  it("sign by the first key while a clock is behind that of the doorward that made them", async () => {
    const keys = await syncKeys(await openMemory(), secrets, begun);

    expect(signerAt(keys, begun - dayMs)).toBe(keys[0].key);
  });
});

describe("the secret", () => {
  it("finds the keys of an earlier one in the list, and seals them itself from then on", async () => {
    const store = await openMemory();
    const before = idsOf(await syncKeys(store, secrets, begun));

    const both = idsOf(await syncKeys(store, [otherSecret, testSecret], begun));
    const alone = idsOf(await syncKeys(store, [otherSecret], begun));

    expect([both, alone]).toEqual([before, before]);
  });

  it("gets new keys if it is wholly new, and two doorwards with their own keep their own", async () => {
    const store = await openMemory();
    const [one, other] = [secrets, [otherSecret]];
    const ofOne = idsOf(await syncKeys(store, one, begun));
    const ofOther = idsOf(await syncKeys(store, other, begun));

    expect(ofOther?.some((id) => ofOne?.includes(id))).toBe(false);
    expect(idsOf(await syncKeys(store, one, begun))).toEqual(ofOne);
    expect(idsOf(await syncKeys(store, other, begun))).toEqual(ofOther);
  });

  it("is needed to read the record, which is no use under another name either", async () => {
    const store = await openMemory();
    const set = vi.spyOn(store, "set");
    const keys = await syncKeys(store, secrets, begun);
    const [name = "", value = {}] = set.mock.calls[0] ?? [];

    expect(JSON.stringify(value)).not.toMatch(/PRIVATE|"keys|"pem/);
    expect(await storedKeys(store, [otherSecret])).toBeUndefined();
    await syncKeys(store, [otherSecret], begun);
    const [otherName = ""] = set.mock.calls[1] ?? [];
    await store.set(otherName, value, 60);
    expect(await storedKeys(store, [otherSecret])).toBeUndefined();
    expect(name).not.toBe(otherName);
    expect(idsOf(await storedKeys(store, secrets))).toEqual(idsOf(keys));
  });
});

describe("a running doorward", () => {
  function openKept(store: Store, clock = { now: begun }) {
    const { log, events } = capturingLog();
    const keys = new KeptKeys({ store, secrets, log, now: () => clock.now });
    ends.push(() => keys.close());
    return { keys, events };
  }

  it("uses the next key in time, and publishes what another one has added", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const clock = { now: begun };
    const store = await openMemory(clock);
    const { keys } = openKept(store, clock);
    const first = keys.load();
    await vi.advanceTimersByTimeAsync(1_000);
    await first;
    const [own, next] = keys.published.map(({ kid }) => kid);
    expect(keys.signer?.published.kid).toBe(own);

    clock.now += 30 * dayMs;
    await syncKeys(store, secrets, clock.now);
    await vi.advanceTimersByTimeAsync(60_000);

    expect(keys.signer?.published.kid).toBe(next);
    expect(keys.published.map(({ kid }) => kid)).toEqual([own, next, expect.any(String)]);
  });

  it("keeps the same key objects while nothing changes, so that signed responses stay in use", async () => {
    const { keys } = openKept(await openMemory());
    await keys.load();
    const before = keys.signer;

    await keys.load();

    expect(keys.signer).toBe(before);
  });

  it("goes on with its keys while the store is down, with one line, and writes them again if they are lost", async () => {
    const store = await openMemory();
    const { keys, events } = openKept(store);
    await keys.load();
    const ids = keys.published.map(({ kid }) => kid);
    const get = vi
      .spyOn(store, "get")
      .mockRejectedValue(new AuthError("store_unreachable", "down"));

    await keys.load();
    await keys.load();
    const [[name = ""] = []] = get.mock.calls;
    get.mockRestore();
    expect([keys.signer?.published.kid, events.length]).toEqual([ids[0], 1]);
    await store.remove(name);
    await keys.load();

    expect(keys.published.map(({ kid }) => kid)).toEqual(ids);
    expect(idsOf(await storedKeys(store, secrets))).toEqual(ids);
  });

  it("starts after a reload with the keys of the service before, of the same store and first secret only", async () => {
    const store = await openMemory();
    const { keys: before } = openKept(store);
    await before.load();
    const ids = before.published.map(({ kid }) => kid);
    const after = (of: readonly string[], at = store) => {
      const { log, events } = capturingLog();
      const keys = new KeptKeys({ store: at, secrets: of, log, now: () => begun }, before);
      ends.push(() => keys.close());
      return { keys, events };
    };
    const down = new AuthError("store_unreachable", "down");
    const other = await openMemory();
    for (const each of [store, other]) vi.spyOn(each, "get").mockRejectedValue(down);

    const same = [after(secrets), after([testSecret, otherSecret])];
    const changed = [after([otherSecret, testSecret]), after(secrets, other)];
    await Promise.all([...same, ...changed].map(({ keys }) => keys.load()));

    for (const { keys, events } of same) {
      expect([keys.signer, keys.published.map(({ kid }) => kid)]).toEqual([before.signer, ids]);
      expect(keys.signer).toBe(before.signer);
      expect(events.map(({ level }) => level)).toEqual([40]);
    }
    for (const { keys } of changed) expect([keys.signer, keys.published]).toEqual([undefined, []]);
  });

  it("has no key without a store, says so once, and gets one as soon as the store responds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const store = await openMemory();
    const get = vi
      .spyOn(store, "get")
      .mockRejectedValue(new AuthError("store_unreachable", "down"));
    const { keys, events } = openKept(store);
    await keys.load();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([keys.signer, keys.published]).toEqual([undefined, []]);
    expect(events).toMatchObject([{ level: 50, reason: "down (store_unreachable)" }]);

    get.mockRestore();
    await vi.advanceTimersByTimeAsync(1_000);

    await expect.poll(() => keys.signer).toBeDefined();
  });

  it("uses the keys of another one that wrote at the same time, a second later", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const store = await openMemory();
    const { keys } = openKept(store);
    const set = vi.spyOn(store, "set");
    await keys.load();
    const own = keys.signer?.published.kid;
    const foreign = await openMemory();
    const setThere = vi.spyOn(foreign, "set");
    const theirs = await syncKeys(foreign, secrets, begun);

    await store.set(String(set.mock.calls[0]?.[0]), setThere.mock.calls[0]?.[1] ?? {}, 600);
    await vi.advanceTimersByTimeAsync(1_000);

    expect(keys.signer?.published.kid).not.toBe(own);
    expect(keys.published.map(({ kid }) => kid)).toEqual(idsOf(theirs));
  });

  it("does not read the store after it was closed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const store = await openMemory();
    const { keys } = openKept(store);
    const loading = keys.load();
    await vi.advanceTimersByTimeAsync(1_000);
    await loading;
    await keys.close();
    const get = vi.spyOn(store, "get");

    await vi.advanceTimersByTimeAsync(600_000);

    expect(get).not.toHaveBeenCalled();
  });
});

describe("a record of another format", () => {
  it.each(["not JSON with a secret", '{"keys":[]}', '{"keys":[{"pem":"secret"}]}', "null"])(
    "is an error that does not quote it: %s",
    (written) => {
      expect(() => parseKeyList(written)).toThrow("has another format");
    },
  );
});
