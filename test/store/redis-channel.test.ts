import { EventEmitter } from "node:events";
import type { Redis } from "ioredis";
import { afterEach, expect, it, vi } from "vitest";
import { RedisChannel } from "../../server/store/redis-channel.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** A subscriber that receives everything that is published. */
class Loop extends EventEmitter {
  subscribe = async () => 2;
  disconnect() {}
}

it("is not receiving before the epoch of the data is known, and then notices an emptied Redis", async () => {
  vi.useFakeTimers();
  const loop = new Loop();
  const epoch = Promise.withResolvers<string>();
  const cleared = vi.fn<() => void>();
  let current = epoch.promise;
  const channel = new RedisChannel({
    publishers: () => [
      { name: "server", publish: async (name, text) => void loop.emit("message", name, text) },
    ],
    dataEpoch: () => current,
    connect: () => loop as unknown as Redis,
    name: "door",
    id: "one",
    log: undefined,
  });
  channel.onReconnected(cleared);

  loop.emit("ready");
  await vi.advanceTimersByTimeAsync(300);
  const before = channel.isReceiving;
  epoch.resolve("first");
  await vi.advanceTimersByTimeAsync(300);
  const after = channel.isReceiving;
  current = Promise.resolve("second");
  await vi.advanceTimersByTimeAsync(300);

  expect([before, after, cleared.mock.calls.length]).toEqual([false, true, 2]);
  channel.close();
});
