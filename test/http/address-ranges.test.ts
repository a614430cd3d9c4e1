import { describe, expect, it } from "vitest";
import {
  addressRangeFault,
  createAddressRanges,
  proxyRangeFault,
  visitorAddress,
} from "../../server/http/address-ranges.ts";

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
