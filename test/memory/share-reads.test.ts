import { afterEach, describe, expect, it, vi } from "vitest";
import { shareReads } from "../../server/memory/share-reads.ts";

const joinMs = 50;

/** Reads that the test completes, in order. */
function openReads() {
  const begun: PromiseWithResolvers<string>[] = [];
  const read = shareReads(() => {
    const one = Promise.withResolvers<string>();
    begun.push(one);
    return one.promise;
  }, joinMs);
  return { begun, read };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("calls during a read", () => {
  it("share the next one, which begins after all of them", async () => {
    const { begun, read } = openReads();
    const first = read();
    const others = [read(), read(), read()];
    expect(begun).toHaveLength(1);

    begun[0]?.resolve("before");
    expect(await first).toBe("before");
    await expect.poll(() => begun.length).toBe(2);
    begun[1]?.resolve("after");

    expect(await Promise.all(others)).toEqual(["after", "after", "after"]);
    expect(begun).toHaveLength(2);
  });

  it("get a read of their own if that one fails", async () => {
    const { begun, read } = openReads();
    const [first, second] = [read(), read()];

    begun[0]?.reject(new Error("no response"));
    await expect(first).rejects.toThrow("no response");
    await expect.poll(() => begun.length).toBe(2);
    begun[1]?.resolve("after");

    expect(await second).toBe("after");
  });

  it("fail if the next read fails", async () => {
    const { begun, read } = openReads();
    const [first, ...others] = [read(), read(), read()];
    begun[0]?.resolve("before");
    await first;
    await expect.poll(() => begun.length).toBe(2);

    begun[1]?.reject(new Error("no response"));

    const settled = await Promise.allSettled(others);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});

it("a call after a read begins another one", async () => {
  const { begun, read } = openReads();
  const first = read();
  begun[0]?.resolve("one");
  await first;

  const second = read();
  begun[1]?.resolve("two");

  expect(await second).toBe("two");
});

describe("calls during a read that gets no response", () => {
  it("begin the next one soon, together, and do not get the value of the first", async () => {
    vi.useFakeTimers();
    const { begun, read } = openReads();
    const first = read();
    const others = [read(), read()];

    await vi.advanceTimersByTimeAsync(joinMs - 1);
    others.push(read());
    const early = begun.length;
    await vi.advanceTimersByTimeAsync(1);
    begun[0]?.resolve("before");
    begun[1]?.resolve("after");

    expect([early, begun.length]).toEqual([1, 2]);
    expect([await first, ...(await Promise.all(others))]).toEqual([
      "before",
      ...others.map(() => "after"),
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("begin no more than one read in that time", async () => {
    vi.useFakeTimers();
    const { begun, read } = openReads();
    for (let step = 0; step < 100; step++) {
      void read();
      await vi.advanceTimersByTimeAsync(joinMs / 10);
    }

    expect(begun.length).toBeGreaterThan(1);
    expect(begun.length).toBeLessThanOrEqual(1 + 100 / 10);
  });

  it("are not affected by the late end of the first", async () => {
    vi.useFakeTimers();
    const { begun, read } = openReads();
    void read();
    const second = read();
    await vi.advanceTimersByTimeAsync(joinMs);
    begun[0]?.resolve("first");
    await vi.advanceTimersByTimeAsync(0);
    const third = read();

    begun[1]?.resolve("second");
    await vi.advanceTimersByTimeAsync(0);
    begun[2]?.resolve("third");

    expect([await second, await third]).toEqual(["second", "third"]);
  });
});
