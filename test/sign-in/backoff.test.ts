import { describe, expect, it } from "vitest";
import { Backoff } from "../../server/sign-in/backoff.ts";

function opened(pauses?: { firstMs: number; longestMs: number }) {
  const clock = { now: 1_000_000 };
  return { clock, backoff: new Backoff(() => clock.now, pauses) };
}

/** Fails once more, at the end of the pause before. */
async function failAgain({ clock, backoff }: ReturnType<typeof opened>, pauseMs: number) {
  clock.now += pauseMs;
  expect(await backoff.enter()).toBe(true);
  backoff.failed();
}

describe("after a failure, an issuer", () => {
  it("gets no request for a second", async () => {
    const { clock, backoff } = opened();
    expect([backoff.isUnwell, backoff.isShut]).toEqual([false, false]);
    await backoff.enter();
    backoff.failed();

    expect([backoff.isUnwell, backoff.isShut]).toEqual([true, true]);
    expect(await backoff.enter()).toBe(false);
    clock.now += 999;
    expect(await backoff.enter()).toBe(false);
    clock.now += 1;
    expect(backoff.isShut).toBe(false);
    expect(await backoff.enter()).toBe(true);
  });

  it("gets a request at once if the clock was set back", async () => {
    const { clock, backoff } = opened();
    await backoff.enter();
    backoff.failed();

    clock.now -= 1;

    expect(backoff.isShut).toBe(false);
  });

  it("gets one probe after pauses that double, up to a minute", async () => {
    const tried = opened();
    await tried.backoff.enter();
    tried.backoff.failed();

    for (const pauseMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      tried.clock.now += pauseMs - 1;
      expect(tried.backoff.isShut).toBe(true);
      tried.clock.now -= pauseMs - 1;
      await failAgain(tried, pauseMs);
    }
  });

  it("has the pauses that are given", async () => {
    const tried = opened({ firstMs: 40, longestMs: 100 });
    await tried.backoff.enter();
    tried.backoff.failed();

    for (const pauseMs of [40, 80, 100, 100]) await failAgain(tried, pauseMs);
    expect(tried.backoff.isShut).toBe(true);
  });

  it("starts again with the first pause after a success", async () => {
    const tried = opened();
    await tried.backoff.enter();
    tried.backoff.failed();
    await failAgain(tried, 1_000);
    tried.clock.now += 2_000;
    await tried.backoff.enter();
    tried.backoff.succeeded();
    expect(tried.backoff.isUnwell).toBe(false);

    await tried.backoff.enter();
    tried.backoff.failed();

    tried.clock.now += 1_000;
    expect(tried.backoff.isShut).toBe(false);
  });
});

describe("while the state of an issuer is unknown", () => {
  it("one request probes it, and the others wait for its result", async () => {
    const { clock, backoff } = opened();
    expect(await backoff.enter()).toBe(true);
    const others = [backoff.enter(), backoff.enter()];
    const early = await Promise.race([...others, Promise.resolve("waiting")]);

    backoff.succeeded();

    expect(early).toBe("waiting");
    expect(await Promise.all(others)).toEqual([true, true]);
    clock.now += 999;
    expect(await Promise.all([backoff.enter(), backoff.enter()])).toEqual([true, true]);
    clock.now += 1;
    expect(await backoff.enter()).toBe(true); // a success counts for less than a second
    const next = await Promise.race([backoff.enter(), Promise.resolve("waiting")]);
    expect(next).toBe("waiting");
  });

  it("the others are not sent if the probe fails", async () => {
    const { backoff } = opened();
    await backoff.enter();
    const others = [backoff.enter(), backoff.enter()];

    backoff.failed();

    expect(await Promise.all(others)).toEqual([false, false]);
  });

  it("the next one probes it if the probe shows nothing", async () => {
    const { backoff } = opened();
    await backoff.enter();
    const other = backoff.enter();

    backoff.abandoned();

    expect(await other).toBe(true);
    expect([backoff.isUnwell, backoff.isShut]).toEqual([false, false]);
  });

  it("no request is sent beside the probe after a pause", async () => {
    const { clock, backoff } = opened();
    await backoff.enter();
    backoff.failed();
    clock.now += 1_000;
    await backoff.enter();

    expect(backoff.isShut).toBe(true);
    expect(await backoff.enter()).toBe(false);
  });
});

it("requests that were sent together and fail together are one failure", async () => {
  const { clock, backoff } = opened();
  await backoff.enter();
  backoff.succeeded();
  await Promise.all([backoff.enter(), backoff.enter()]);

  backoff.failed();
  backoff.failed();

  clock.now += 1_000;
  expect(backoff.isShut).toBe(false);
});

it("a failure ends the second for which a success counts", async () => {
  const { clock, backoff } = opened({ firstMs: 10, longestMs: 10 });
  await backoff.enter();
  backoff.succeeded();
  await backoff.enter();
  backoff.failed();
  clock.now += 10;
  await backoff.enter();

  const other = await backoff.enter();

  expect(other).toBe(false);
});
