import { describe, expect, it } from "vitest";
import { Ring } from "../../../bench/scale/ring.ts";

const keys = Array.from({ length: 3_000 }, (_, index) => `token-${index}`);

describe("a ring of servers", () => {
  it("gives every server a fair part of the keys", () => {
    const ring = new Ring([4181, 4182, 4183]);
    const parts = Map.groupBy(keys, (key) => ring.serverFor(key));

    expect([...parts.keys()].toSorted()).toEqual([4181, 4182, 4183]);
    for (const part of parts.values()) expect(part.length).toBeGreaterThan(keys.length / 6);
  });

  it("without one of them moves only its keys, to the next server of each", () => {
    const [all, fewer] = [new Ring([4181, 4182, 4183]), new Ring([4181, 4183])];

    const moved = keys.filter((key) => all.serverFor(key) !== fewer.serverFor(key));

    expect(moved).toEqual(keys.filter((key) => all.serverFor(key) === 4182));
    for (const key of moved) expect(fewer.serverFor(key)).toBe(all.serversFor(key)[1]);
  });

  it("lists each server once, the key's own first", () => {
    const ring = new Ring([4181, 4182, 4183]);

    for (const key of keys.slice(0, 50)) {
      const servers = ring.serversFor(key);
      expect(servers[0]).toBe(ring.serverFor(key));
      expect(servers.toSorted()).toEqual([4181, 4182, 4183]);
    }
  });

  it("without servers leads nowhere", () => {
    expect(new Ring([]).serverFor("token")).toBeUndefined();
    expect(new Ring([]).serversFor("token")).toEqual([]);
  });
});
