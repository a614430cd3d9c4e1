import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LocalClaims } from "../../server/store/local-claims.ts";

const capacity = 100_000;
const minute = 60_000;

let clock: number;

beforeEach(() => {
  // lru-cache reads `performance`, which fake timers would replace too late, and caches the reading for one timer.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  clock = 1;
  vi.spyOn(performance, "now").mockImplementation(() => clock);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function pass(ms: number): void {
  clock += ms;
  vi.advanceTimersByTime(ms);
}

async function fill(claims: LocalClaims, from: number, ttlMs: number): Promise<void> {
  for (let index = from; index < capacity; index++)
    await claims.claim(`lease:${index}`, "x", ttlMs);
}

describe("leases at capacity", () => {
  it("purge the expired ones for a new claim, and keep the live ones", async () => {
    const claims = new LocalClaims();
    await claims.claim("lease:live", "ada", 10 * minute);
    await fill(claims, 1, minute);

    pass(minute + 1);
    const isGiven = await claims.claim("lease:new", "ada", minute);

    expect(isGiven).toBe(true);
    expect(await claims.claim("lease:live", "bob", minute)).toBe(false);
    expect(await claims.claim("lease:new", "bob", minute)).toBe(false);
    expect(await claims.claim("lease:1", "bob", minute)).toBe(true);
  });

  it("throw at a new claim while all are live, and keep the oldest", async () => {
    const claims = new LocalClaims();
    await fill(claims, 0, minute);
    pass(minute - 1);

    await expect(claims.claim("lease:new", "ada", minute)).rejects.toThrow(
      "too many claims: 100000",
    );

    expect(await claims.claim("lease:0", "bob", minute)).toBe(false);
    expect(await claims.extend("lease:0", "x", minute)).toBe(true);
  });

  it("give a released one's place to a new claim", async () => {
    const claims = new LocalClaims();
    await fill(claims, 0, minute);

    await claims.release("lease:5", "x");

    expect(await claims.claim("lease:new", "ada", minute)).toBe(true);
    await expect(claims.claim("lease:5", "x", minute)).rejects.toThrow("too many claims: 100000");
  });
});
