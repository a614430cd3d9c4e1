import { describe, expect, it } from "vitest";
import { shareReads } from "../../server/memory/share-reads.ts";

/** Reads that the test completes, in order. */
function openReads() {
  const begun: PromiseWithResolvers<string>[] = [];
  const read = shareReads(() => {
    const one = Promise.withResolvers<string>();
    begun.push(one);
    return one.promise;
  });
  return { begun, read };
}

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
