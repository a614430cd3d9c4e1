import { createStorage } from "unstorage";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { takeLease } from "../../server/session/lease.ts";
import { createStore } from "../../server/store/plain-store.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const unexpected = (error: unknown) => {
  throw error;
};

/** A store that records the calls that concern leases; `broken` throws. */
function recorded(broken?: "extend" | "release") {
  const store = createStore(createStorage());
  const calls: unknown[][] = [];
  const record =
    <Parts extends unknown[], Result>(name: string, call: (...parts: Parts) => Result) =>
    (...parts: Parts): Result => {
      calls.push([name, ...parts]);
      if (name === broken) throw new Error(`the store cannot ${name}`);
      return call(...parts);
    };
  const claim = record("claim", store.claim.bind(store));
  const extend = record("extend", store.extend.bind(store));
  const release = record("release", store.release.bind(store));
  return { calls, store: { ...store, claim, extend, release } };
}

describe("a lease", () => {
  it("is held by one caller, until it is ended", async () => {
    const { store } = recorded();
    const lease = await takeLease(store, "lease:1", unexpected);

    expect(await takeLease(store, "lease:1", unexpected)).toBeUndefined();
    const other = await takeLease(store, "lease:2", unexpected);
    lease?.end();
    await vi.advanceTimersByTimeAsync(0);
    const next = await takeLease(store, "lease:1", unexpected);

    expect(other).toBeDefined();
    expect(next).toBeDefined();
    other?.end();
    next?.end();
  });

  it("is extended every three seconds for ten, until it is ended", async () => {
    const { store, calls } = recorded();
    const lease = await takeLease(store, "lease:1", unexpected);
    const [[, key, holder, claimedMs] = []] = calls;

    await vi.advanceTimersByTimeAsync(6_500);
    lease?.end();
    await vi.advanceTimersByTimeAsync(10_000);

    expect([key, claimedMs]).toEqual(["lease:1", 10_000]);
    expect(holder).toMatch(/^[\da-f-]{36}$/);
    expect(calls.slice(1)).toEqual([
      ["extend", "lease:1", holder, 10_000],
      ["extend", "lease:1", holder, 10_000],
      ["release", "lease:1", holder],
    ]);
  });

  it.each(["extend", "release"] as const)(
    "reports a store that throws at its %s, and ends no process",
    async (name) => {
      const { store } = recorded(name);
      const failures: unknown[] = [];
      const lease = await takeLease(store, "lease:1", (error) => void failures.push(error));

      await vi.advanceTimersByTimeAsync(name === "extend" ? 3_000 : 0);
      expect(() => lease?.end()).not.toThrow();
      await vi.advanceTimersByTimeAsync(0);

      expect(failures).toEqual([new Error(`the store cannot ${name}`)]);
    },
  );
});
