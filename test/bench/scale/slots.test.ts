import { describe, expect, it } from "vitest";
import { isIn, ownSlots, slotOf } from "../../../bench/scale/slots.ts";

describe("the slot of a key", () => {
  // From the specification of Redis Cluster, and from CLUSTER KEYSLOT.
  it.each([
    ["123456789", 0x31c3],
    ["foo", 12_182],
    ["bar", 5_061],
    ["", 0],
  ])("%j is that of Redis", (key, slot) => expect(slotOf(key)).toBe(slot));
});

describe("the slots of a node", () => {
  const node = (flags: string, slots: string) =>
    `07c3 127.0.0.1:12001@22001 ${flags} - 0 1426238317239 4 connected${slots}`;

  it("are those of its own line, single ones too, without one that is moving", () => {
    const text = [
      node("master", " 0-5460"),
      node("myself,master", " 5461-10922 12000 [93-<-292f]"),
    ].join("\n");
    const ranges = ownSlots(text);

    expect(ranges).toEqual([
      { first: 5_461, last: 10_922 },
      { first: 12_000, last: 12_000 },
    ]);
    expect([isIn(ranges, "foo"), isIn([{ first: 12_182, last: 12_182 }], "foo")]).toEqual([
      false,
      true,
    ]);
  });

  it("are none of a replica", () => {
    expect(ownSlots(node("myself,slave", ""))).toEqual([]);
  });
});
