import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Heartbeats } from "../../server/store/heartbeats.ts";
import { publishThrough, type Publisher } from "../../server/store/redis-publishers.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Nodes whose messages arrive, as long as their names are in `connected`. */
function nodesOf(heartbeats: Heartbeats, names: readonly string[], connected: Set<string>) {
  const used: string[] = [];
  const publishers = names.map((name): Publisher => ({
    name,
    publish: async (_, text) => {
      used.push(name);
      if (connected.has(name)) heartbeats.receive(text);
    },
  }));
  return { used, publishers };
}

async function beat(heartbeats: Heartbeats, publishers: readonly Publisher[], times: number) {
  for (let count = 0; count < times; count++) {
    heartbeats.send(publishers, "beats");
    await vi.advanceTimersByTimeAsync(150);
  }
}

const ageOf = (heartbeats: Heartbeats) => performance.now() - heartbeats.provenAt;

describe("heartbeats through three masters", () => {
  const names = ["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379"];

  it.each(names)("prove nothing when they arrive through %s alone", async (name) => {
    const heartbeats = new Heartbeats();
    const { publishers } = nodesOf(heartbeats, names, new Set([name]));

    await beat(heartbeats, publishers, 40);

    expect(heartbeats.provenAt).toBe(Number.NEGATIVE_INFINITY);
  });

  it.each(names)("prove that announcements arrive without %s", async (name) => {
    const heartbeats = new Heartbeats();
    const connected = new Set(names.filter((other) => other !== name));
    const { publishers } = nodesOf(heartbeats, names, connected);
    const ages: number[] = [];

    for (let count = 0; count < 40; count++) {
      await beat(heartbeats, publishers, 1);
      ages.push(ageOf(heartbeats));
    }

    expect(Math.max(...ages.slice(2))).toBeLessThan(600);
  });

  it("prove nothing more from the moment on that only one is left", async () => {
    const heartbeats = new Heartbeats();
    const connected = new Set(names);
    const { publishers } = nodesOf(heartbeats, names, connected);
    await beat(heartbeats, publishers, 10);
    const before = ageOf(heartbeats);

    connected.delete("10.0.0.1:6379");
    connected.delete("10.0.0.3:6379");
    await beat(heartbeats, publishers, 20);

    expect([before, Math.round(ageOf(heartbeats) / 150)]).toEqual([150, 21]);
  });

  it("are two each time, through each of them equally often", async () => {
    const heartbeats = new Heartbeats();
    const { publishers, used } = nodesOf(heartbeats, names, new Set(names));

    await beat(heartbeats, publishers, 30);

    expect(names.map((name) => used.filter((one) => one === name).length)).toEqual([20, 20, 20]);
  });

  it("do not count for a master that the Cluster no longer has", async () => {
    const heartbeats = new Heartbeats();
    const { publishers } = nodesOf(heartbeats, names, new Set(names));
    await beat(heartbeats, publishers, 10);
    const replaced = nodesOf(heartbeats, ["10.0.0.4:6379", "10.0.0.5:6379"], new Set());

    await beat(heartbeats, replaced.publishers, 1);

    expect(heartbeats.provenAt).toBe(Number.NEGATIVE_INFINITY);
  });

  it("count only once each, and not when another process sent them", async () => {
    const heartbeats = new Heartbeats();
    const texts: string[] = [];
    const publishers = names.map((name): Publisher => ({
      name,
      publish: async (_, text) => void texts.push(text),
    }));
    await beat(heartbeats, publishers, 1);

    const received = [...texts, ...texts, "another"].map((text) => heartbeats.receive(text));

    const [sentAt] = received;
    expect(received).toEqual([sentAt, sentAt, undefined, undefined, undefined]);
  });
});

/** A failover needs more than half of the masters, so only those that are left may have elected others. */
it.each([
  [2, 1],
  [3, 1],
  [4, 2],
  [5, 2],
  [8, 4],
  [12, 6],
  [24, 12],
])("of %i masters, any %i alone prove nothing", async (count, connected) => {
  const heartbeats = new Heartbeats();
  const names = Array.from({ length: count }, (_, index) => `10.0.0.${index}:6379`);
  const { publishers } = nodesOf(heartbeats, names, new Set(names.slice(-connected)));

  await beat(heartbeats, publishers, 60);

  expect(heartbeats.provenAt).toBe(Number.NEGATIVE_INFINITY);
});

it.each([3, 4, 5, 6, 8, 9, 12, 16, 24])(
  "of %i masters, all but one prove that announcements arrive, far from the limit of 800 ms",
  async (count) => {
    const heartbeats = new Heartbeats();
    const names = Array.from({ length: count }, (_, index) => `10.0.0.${index}:6379`);
    const { publishers } = nodesOf(heartbeats, names, new Set(names.slice(1)));
    const ages: number[] = [];

    for (let beats = 0; beats < 60; beats++) {
      await beat(heartbeats, publishers, 1);
      ages.push(ageOf(heartbeats));
    }

    expect(Math.max(...ages.slice(4))).toBeLessThan(500);
  },
);

it("a single server's heartbeats prove that announcements arrive", async () => {
  const heartbeats = new Heartbeats();
  const { publishers } = nodesOf(heartbeats, ["server"], new Set(["server"]));

  await beat(heartbeats, publishers, 3);

  expect(ageOf(heartbeats)).toBe(150);
});

it("no known master proves nothing", async () => {
  const heartbeats = new Heartbeats();

  await beat(heartbeats, [], 3);

  expect(heartbeats.provenAt).toBe(Number.NEGATIVE_INFINITY);
});

describe("an announcement", () => {
  const through = (...outcomes: ("accepted" | "failed" | "pending")[]) =>
    publishThrough(
      outcomes.map((outcome, index): Publisher => ({
        name: String(index),
        publish: () => {
          if (outcome === "accepted") return Promise.resolve(1);
          if (outcome === "failed") return Promise.reject(new Error(`${index} is down`));
          return new Promise(() => undefined);
        },
      })),
      "announced",
      "mark",
    );

  it.each([
    ["the server", ["accepted"]],
    ["both masters", ["accepted", "accepted"]],
    ["one of two masters", ["failed", "accepted"]],
    ["all masters but one that fails", ["accepted", "failed", "accepted"]],
    ["all masters but one that does not respond", ["pending", "accepted", "accepted"]],
  ] as const)("succeeds after %s accepted it", async (_, outcomes) => {
    await expect(through(...outcomes)).resolves.toBeUndefined();
  });

  it.each([
    ["the server is down", ["failed"], "0 is down"],
    ["two of three masters are down", ["failed", "accepted", "failed"], "2 is down"],
    ["no master is known", [], "not known yet"],
  ] as const)("fails when %s", async (_, outcomes, message) => {
    await expect(through(...outcomes)).rejects.toThrow(message);
  });
});
