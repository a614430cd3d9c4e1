import { createStorage, type Driver } from "unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createStore } from "../../server/store/plain-store.ts";
import type { Store } from "../../server/store/store.ts";
import { capturingLog } from "../peers/capturing-log.ts";

const hourSeconds = 3_600;
const delayMs = 100;

let data: Driver;
let events: Record<string, unknown>[];
/** The writes of the index that were tried, as their keys and the number of entries. */
let tried: { readonly key: string; readonly entries: number }[];
/** Whether this write fails, or never ends. */
let failure: (key: string) => "fails" | "hangs" | undefined;
let store: Store;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 1_000 * 3_600_000 });
  [data, tried, failure] = [memoryDriver(undefined), [], () => undefined];
  const driver: Driver = { ...data, setItem, dispose: () => undefined };
  const captured = capturingLog();
  events = captured.events;
  store = createStore(createStorage({ driver }), { reach: "machine", log: captured.log });
});
afterEach(() => {
  failure = () => undefined;
  vi.useRealTimers();
});

async function setItem(key: string, value: string): Promise<void> {
  if (key.startsWith("expires:")) {
    const { keys = [] } = JSON.parse(value) as { keys?: string[] };
    tried.push({ key, entries: keys.length });
    const how = failure(key);
    if (how === "fails") throw new Error("the disk is full");
    if (how === "hangs") return new Promise<void>(() => undefined);
  }
  await data.setItem?.(key, value, {});
}

function pages() {
  return tried.filter(({ key }) => /^expires:\d/.test(key));
}

function warnings(): unknown[] {
  return events.filter(({ level }) => level === 40).map(({ msg, entries }) => ({ msg, entries }));
}

const warnedOfWrites = {
  msg: "the expiry index cannot be written: doorward tries again",
  entries: undefined,
};
const dropped =
  "entries of the expiry index were dropped: their records stay in the store after they expire";

describe("an expiry index that cannot be written", () => {
  it("is reported once, and written after a pause that grows to a minute", async () => {
    failure = () => "fails";
    await store.set("session:one", { version: 1 }, hourSeconds);
    const at: number[] = [];
    const begin = Date.now();
    for (let step = 0; step < 4_000; step++) {
      const before = tried.length;
      await vi.advanceTimersByTimeAsync(delayMs);
      if (tried.length > before) at.push((Date.now() - begin) / delayMs);
    }

    expect(at.slice(0, 5)).toEqual([1, 3, 7, 15, 31]);
    expect((at.at(-1) ?? 0) - (at.at(-2) ?? 0)).toBe(600);
    expect(warnings()).toEqual([warnedOfWrites]);
    expect(events[0]?.reason).toBe("the disk is full");

    failure = () => undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pages()).toMatchObject([{ entries: 1 }]);
    expect(warnings()).toEqual([warnedOfWrites]);

    failure = () => "fails";
    await store.set("session:other", { version: 1 }, hourSeconds);
    await vi.advanceTimersByTimeAsync(delayMs);
    expect(warnings()).toEqual([warnedOfWrites, warnedOfWrites]);
  });

  it("is not tried earlier because of a new entry", async () => {
    failure = () => "fails";
    await store.set("session:one", { version: 1 }, hourSeconds);
    await vi.advanceTimersByTimeAsync(31 * delayMs);
    const before = tried.length;

    await store.set("session:other", { version: 1 }, hourSeconds);
    await vi.advanceTimersByTimeAsync(31 * delayMs);

    expect(tried).toHaveLength(before);
  });

  it("for one hour keeps only the entries of that hour, and writes the others once", async () => {
    failure = (key) => (key.startsWith("expires:1001:") ? "fails" : undefined);
    await store.set("session:failing", { version: 1 }, hourSeconds);
    await store.set("session:one", { version: 1 }, 3 * hourSeconds);
    await store.set("session:other", { version: 1 }, 4 * hourSeconds);
    await vi.advanceTimersByTimeAsync(10_000);
    failure = () => undefined;
    await vi.advanceTimersByTimeAsync(60_000);

    const hours = Map.groupBy(pages(), ({ key }) => Number(key.split(":")[1]));
    expect(hours.get(1003)).toMatchObject([{ entries: 1 }]);
    expect(hours.get(1004)).toMatchObject([{ entries: 1 }]);
    expect(new Set(hours.get(1001)?.map(({ entries }) => entries))).toEqual(new Set([1]));
  });

  it.each(["fails", "hangs"] as const)(
    "keeps 10,000 entries, and reports how many it dropped: a write that %s",
    async (how) => {
      failure = () => how;
      await store.set("session:first", { version: 1 }, hourSeconds);
      await vi.advanceTimersByTimeAsync(delayMs);
      for (let number = 1; number < 10_007; number++)
        await store.set(`session:${number}`, { version: 1 }, hourSeconds);
      expect(warnings()).toEqual([warnedOfWrites]);

      if (how === "hangs") return;
      failure = () => undefined;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(pages()).toMatchObject([{ entries: 10_000 }]);
      expect(warnings()).toEqual([warnedOfWrites, { msg: dropped, entries: 7 }]);
    },
  );

  it("is tried once more when the store is closed", async () => {
    failure = () => "fails";
    await store.set("session:one", { version: 1 }, hourSeconds);
    await vi.advanceTimersByTimeAsync(delayMs);
    failure = () => undefined;

    await store.close();

    expect(pages()).toMatchObject([{ entries: 1 }]);
  });

  it("when the store is closed is reported, and no timer remains", async () => {
    failure = () => "fails";
    await store.set("session:one", { version: 1 }, hourSeconds);

    await store.close();

    expect(warnings()).toEqual([warnedOfWrites, { msg: dropped, entries: 1 }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
