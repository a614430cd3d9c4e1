import { setImmediate } from "node:timers/promises";
import { createStorage, type Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { beforeEach, describe, expect, it } from "vitest";
import { ExpiryIndex } from "../../server/store/expiry-index.ts";
import { createStore } from "../../server/store/plain-store.ts";
import { Records } from "../../server/store/records.ts";

const hour = 3_600_000;

let clock: number;
let data: Driver;
let isListed: boolean;
/** Every key that was read or removed. */
let touched: string[];

beforeEach(() => {
  clock = 1_000 * hour;
  data = memoryDriver(undefined);
  isListed = false;
  touched = [];
});

/** Opens the store as a new process does. A second call simulates a restart. */
function openProcess() {
  const driver: Driver = {
    ...data,
    getItem: (key, options) => (touched.push(key), data.getItem(key, options)),
    getKeys: () => ((isListed = true), []),
  };
  const storage = createStorage({ driver });
  const index = new ExpiryIndex(storage, () => clock);
  const records = new Records(storage, () => clock, index);
  return { records, sweep: () => index.sweep((key) => records.removeIfOver(key)) };
}

async function keysLeft(prefix = ""): Promise<string[]> {
  return (await data.getKeys("", {})).filter((key) => key.startsWith(prefix)).toSorted();
}

describe("a sweep", () => {
  it("removes expired records and their index entries, and keeps the rest", async () => {
    const { records, sweep } = openProcess();
    await records.write("session:short", { version: 1 }, hour / 2);
    await records.write("session:long", { version: 1 }, 30 * hour);

    clock += 2 * hour;
    await sweep();

    expect(await keysLeft("session")).toEqual(["session:long"]);
    expect((await keysLeft("expires")).filter((key) => /:\d+:/.test(key))).toHaveLength(1);
  });

  it("finds the records of an earlier process after a restart", async () => {
    const before = openProcess();
    for (let index = 0; index < 250; index++)
      await before.records.write(`session:${index}`, { version: 1 }, hour / 2);

    const { sweep } = openProcess();
    clock += 2 * hour;
    await sweep();

    expect(await keysLeft("session")).toEqual([]);
    expect(await keysLeft()).toEqual(["expires:lanes"]);
  });

  it("finds a record that expires later in the hour of an earlier sweep", async () => {
    const { records, sweep } = openProcess();
    await records.write("session:soon", { version: 1 }, hour / 2);

    await sweep();
    clock += hour / 4;
    await sweep();
    clock += 2 * hour;
    await sweep();

    expect(await keysLeft("session")).toEqual([]);
  });

  it("reads only the records that expire in past hours, and lists no keys", async () => {
    const { records, sweep } = openProcess();
    await records.write("session:short", { version: 1 }, hour / 2);
    for (let index = 0; index < 1_000; index++)
      await records.write(`session:${index}`, { version: 1 }, 100 * hour);
    clock += 2 * hour;
    touched = [];

    await sweep();

    expect(touched.filter((key) => key.startsWith("session"))).toEqual(["session:short"]);
    expect(touched.length).toBeLessThan(20);
    expect(isListed).toBe(false);
  });

  it("keeps a record that was rewritten with a later expiry", async () => {
    const { records, sweep } = openProcess();
    await records.write("revoked:ada", { at: 1 }, hour / 2);
    await records.write("revoked:ada", { at: 2 }, 10 * hour);

    clock += 2 * hour;
    await sweep();

    expect(await records.read("revoked:ada")).toMatchObject({ at: 2 });
    clock += 10 * hour;
    await sweep();
    expect(await keysLeft("revoked")).toEqual([]);
  });

  it("removes a record that a crash truncated", async () => {
    const { records, sweep } = openProcess();
    await records.write("session:torn", { version: 1 }, hour / 2);
    await data.setItem?.("session:torn", '{"until":36', {});

    clock += 2 * hour;
    await sweep();

    expect(await keysLeft("session")).toEqual([]);
  });

  it("completes an interrupted sweep", async () => {
    const { records, sweep } = openProcess();
    for (let index = 0; index < 250; index++)
      await records.write(`session:${index}`, { version: 1 }, hour / 2);
    clock += 2 * hour;
    const removeItem = data.removeItem;
    let removals = 0;
    data.removeItem = (key, options) => {
      if (removals++ === 120) throw new Error("interrupted");
      return removeItem?.(key, options);
    };

    const { sweep: interrupted } = openProcess();
    await expect(interrupted()).rejects.toThrow("interrupted");
    await sweep();

    expect(await keysLeft("session")).toEqual([]);
  });

  it("finds the records of two concurrent processes", async () => {
    const [one, other] = [openProcess(), openProcess()];
    await Promise.all([
      one.records.write("session:one", { version: 1 }, hour / 2),
      other.records.write("session:other", { version: 1 }, hour / 2),
    ]);
    await one.sweep();
    await other.sweep();

    clock += 2 * hour;
    await one.sweep();

    expect(await keysLeft("session")).toEqual([]);
  });

  it("does not get more expensive the longer the process runs", async () => {
    const { records, sweep } = openProcess();
    const costs: number[] = [];
    for (let passed = 0; passed < 200; passed++) {
      await records.write(`session:${passed}`, { version: 1 }, 10 * hour);
      clock += hour;
      touched = [];
      await sweep();
      costs.push(touched.length);
    }

    expect(Math.max(...costs.slice(20))).toBeLessThan(15);
    expect((await keysLeft()).length).toBeLessThan(30);
  });
});

describe("an index with a delay", () => {
  const delay = { ms: 60_000, log: undefined }; // longer than the test: only `flush` stores entries

  let isFull: boolean;
  let pages: string[];

  beforeEach(() => {
    isFull = false;
    pages = [];
  });

  function openDelayed() {
    const driver: Driver = {
      ...data,
      setItem: (key, value, options) => {
        if (isFull) throw new Error("the disk is full");
        if (/^expires:\d/.test(key)) pages.push(key);
        return data.setItem?.(key, value, options);
      },
    };
    const storage = createStorage({ driver });
    const index = new ExpiryIndex(storage, () => clock, delay);
    return { index, records: new Records(storage, () => clock, index) };
  }

  it("writes one page for all records of that time, and finds them all", async () => {
    const { index, records } = openDelayed();
    for (let number = 0; number < 50; number++)
      await records.write(`session:${number}`, { version: 1 }, hour / 2);
    const before = pages.length;
    await index.flush();
    const { sweep } = openProcess();
    clock += 2 * hour;
    await sweep();

    expect([before, pages.length]).toEqual([0, 1]);
    expect(await keysLeft("session")).toEqual([]);
  });

  it("stores the entries of a failed write with the next ones", async () => {
    const { index, records } = openDelayed();
    await records.write("session:one", { version: 1 }, hour / 2);
    isFull = true;
    await expect(index.flush()).rejects.toThrow("the disk is full");
    isFull = false;
    await records.write("session:other", { version: 1 }, hour / 2);
    await index.flush();
    const { sweep } = openProcess();
    clock += 2 * hour;
    await sweep();

    expect(await keysLeft("session")).toEqual([]);
  });

  it("waits for a write that has begun", async () => {
    const { promise: disk, resolve } = Promise.withResolvers<void>();
    const written: string[] = [];
    const driver: Driver = {
      ...data,
      setItem: async (key) => {
        await disk;
        written.push(key);
      },
    };
    const index = new ExpiryIndex(createStorage({ driver }), () => clock, delay);
    await index.note("session:one", clock + hour);
    void index.flush();
    await setImmediate(); // the write begins
    const second = index.flush();
    resolve();
    await second;

    expect(written).toHaveLength(2);
  });

  it("is stored when the store is closed", async () => {
    const driver: Driver = { ...data, dispose: () => undefined };
    const store = createStore(createStorage({ driver }), { reach: "machine" });
    await store.set("session:one", { version: 1 }, 60);
    await store.close();

    expect(await keysLeft("expires")).toHaveLength(2);
  });
});
