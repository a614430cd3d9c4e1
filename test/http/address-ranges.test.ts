import { describe, expect, it } from "vitest";
import {
  addressRangeFault,
  createAddressRanges,
  proxyRangeFault,
  visitorAddress,
} from "../../server/http/address-ranges.ts";
import { wholeSpaceIn } from "../../server/http/every-address.ts";

describe("an address range", () => {
  it.each([
    "fe80::1%eth0",
    "fe80::%eth0/10",
    "fe80::/10%eth0",
    "::1%lo",
    "10.0.0.1%eth0",
    "fe80::1%25eth0",
    "fe80::1%",
  ])("may not have a zone: %s", (written) => {
    expect(addressRangeFault(written)).toBeDefined();
    expect(proxyRangeFault(written)).toBeDefined();
  });

  it.each(["fe80::1", "fe80::/10", "::1", "10.0.0.1", "10.0.0.0/8"])(
    "may be an address or a subnet: %s",
    (written) => {
      expect(addressRangeFault(written)).toBeUndefined();
      expect(proxyRangeFault(written)).toBeUndefined();
    },
  );

  it("with a zone contains no address", () => {
    const contains = createAddressRanges(["fe80::1%eth0", "2001:db8::%eth0/32"]);

    const found = ["fe80::1", "fe80::1%eth0", "2001:db8::", "2001:db8::1%eth0"].filter(contains);

    expect(found).toEqual([]);
  });

  it("contains its addresses whatever their zone, as Node reports a proxy's", () => {
    const contains = createAddressRanges(["fe80::/10"]);

    expect(["fe80::1", "fe80::1%eth0", "fe80::1%2", "2001:db8::1%eth0"].map(contains)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe("ranges that together contain every address", () => {
  const halves = ["0.0.0.0/1", "128.0.0.0/1"];

  it.each<[string[], string]>([
    [["0.0.0.0/0"], "IPv4 address"],
    [["::/0"], "IPv4 address"],
    [["::ffff:0:0/96"], "IPv4 address"],
    [["::ffff:0.0.0.0/96"], "IPv4 address"],
    [["::ffff:0.0.0.0/97", "128.0.0.0/1"], "IPv4 address"],
    [halves, "IPv4 address"],
    [[...halves].toReversed(), "IPv4 address"],
    [["loopback", ...halves, "10.1.2.3"], "IPv4 address"],
    [["200.0.0.0/0"], "IPv4 address"],
    // Without multicast and reserved addresses, and without private ones.
    [["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"], "IPv4 address"],
    [
      ["0.0.0.0/5", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4", "32.0.0.0/3"].concat([
        "64.0.0.0/2",
        "128.0.0.0/1",
      ]),
      "IPv4 address",
    ],
    [["2000::/3"], "public IPv6 address"],
    [["2000::/4", "3000::/4"], "public IPv6 address"],
    [["8000::/1", "::/1"], "IPv4 address"],
  ])("%j", (ranges, kind) => {
    expect(wholeSpaceIn(ranges)).toBe(kind);
  });

  it.each<[string[]]>([
    [[]],
    [["loopback", "private"]],
    [["0.0.0.0/1"]],
    [["0.0.0.0/1", "128.0.0.0/2"]],
    [["0.0.0.0/1", "128.0.0.1/32", "128.0.0.2/31", "192.0.0.0/2"]],
    [["2000::/4"]],
    [["fc00::/7", "8000::/1"]],
    [["nonsense", "0.0.0.0/33"]],
  ])("are not %j", (ranges) => {
    expect(wholeSpaceIn(ranges)).toBeUndefined();
  });
});

describe("the zone of a visitor's address", () => {
  const isProxy = createAddressRanges(["fe80::a", "10.0.0.2"]);

  it.each([
    ["fe80::1%eth0", "fe80::1"],
    ["[fe80::1%eth0]:4711", "fe80::1"],
    ["fe80::1%25eth0", "fe80::1"],
    ["fe80::1%a:b:c:d:e:f:g:h", "fe80::1"],
    ["203.0.113.9, fe80::a%eth0", "203.0.113.9"],
    ["fe80::1%eth0, 10.0.0.2", "fe80::1"],
  ])("is dropped: %s", (header, address) => {
    expect(visitorAddress(header, isProxy)).toBe(address);
  });

  it.each(["203.0.113.9%eth0", "fe80::1%", "fe80::1%eth0 x", "fe80::1%eth0/64", "%eth0"])(
    "makes the address unknown if it is malformed: %s",
    (header) => {
      expect(visitorAddress(header, isProxy)).toBeUndefined();
    },
  );
});
