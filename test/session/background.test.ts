import { Writable } from "node:stream";
import { pino } from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BackgroundTasks } from "../../server/session/background.ts";
import { retry } from "../../server/session/retry.ts";

afterEach(() => void vi.useRealTimers());

/** Tasks and what they log. */
function recorded() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { tasks: new BackgroundTasks(pino(sink)), lines };
}

describe("work in the background", () => {
  it("that fails is logged as a warning with its cause", async () => {
    const { tasks, lines } = recorded();

    tasks.run("could not do it", () => Promise.reject(new Error("the disk is full")));
    await tasks.settle();

    expect(lines).toMatchObject([
      { level: 40, msg: "could not do it", reason: "the disk is full" },
    ]);
  });

  it("is awaited with the work that it starts", async () => {
    const { tasks, lines } = recorded();
    const done: string[] = [];
    const step = (name: string) => async () => {
      await new Promise((resolve) => setImmediate(resolve));
      done.push(name);
    };
    tasks.run("", async () => {
      await step("first")();
      tasks.run("", step("second"));
    });

    await tasks.settle();
    await tasks.settle();

    expect([done, lines]).toEqual([["first", "second"], []]);
  });
});

describe("a retry", () => {
  it("repeats what failed until it succeeds", async () => {
    const work = vi.fn<() => Promise<void>>(async () => {
      if (work.mock.calls.length < 3) throw new Error("the store is down");
    });

    await retry(work);

    expect(work).toHaveBeenCalledTimes(3);
  });

  it("pauses before each attempt", async () => {
    const begun = performance.now();
    let at = begun;

    await retry(async () => void (at = performance.now()));

    expect(at - begun).toBeGreaterThan(45);
  });

  it("fails with the last failure after eight seconds", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    let attempts = 0;
    const work = async () => {
      attempts++;
      vi.advanceTimersByTime(attempts === 1 ? 7_999 : 1);
      throw new Error(`failure ${attempts}`);
    };

    await expect(retry(work)).rejects.toThrow("failure 2");
    expect(attempts).toBe(2);
  });
});
