import { describe, expect, it } from "vitest";
import { loadOnce, onFirstCall } from "../../server/memory/on-first-call.ts";

/** Loads "loaded", after a first attempt that fails. */
function failingOnce() {
  let loads = 0;
  const load = async () => {
    if (++loads === 1) throw new Error("no file descriptor is free");
    return "loaded";
  };
  return { load, loads: () => loads };
}

describe("what is loaded when it is needed", () => {
  it("is loaded once, also by calls at the same time", async () => {
    let loads = 0;
    const load = loadOnce(async () => ++loads);

    expect(await Promise.all([load(), load()])).toEqual([1, 1]);
    expect(await load()).toBe(1);
  });

  it("is loaded again after a failure, which all waiting calls get", async () => {
    const { load, loads } = failingOnce();
    const loaded = loadOnce(load);

    const results = await Promise.allSettled([loaded(), loaded()]);

    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await loaded()).toBe("loaded");
    expect(loads()).toBe(2);
  });

  it("may be a function", async () => {
    const { load } = failingOnce();
    const call = onFirstCall(async () => {
      const text = await load();
      return (other: string) => `${text} ${other}`;
    });

    await expect(call("too early")).rejects.toThrow("file descriptor");
    expect(await call("now")).toBe("loaded now");
  });
});
