import { describe, expect, it, vi } from "vitest";
import {
  createAddressRanges,
  createLimitedAddress,
  loggedAddress,
  visitorAddress,
} from "../../server/http/address-ranges.ts";

const isProxy = createAddressRanges(["10.0.0.2", "10.0.0.3", "2001:db8:1::/48"]);

describe("the visitor's address", () => {
  it.each([
    ["203.0.113.9", "203.0.113.9"],
    ["127.0.0.1, 203.0.113.9", "203.0.113.9"],
    ["203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["198.51.100.1, 203.0.113.9, 10.0.0.3,10.0.0.2", "203.0.113.9"],
    ["10.0.0.5", "10.0.0.5"],
    ["203.0.113.9:4711", "203.0.113.9"],
    ["[2001:db8::1]:80", "2001:db8::1"],
    ["2001:db8::1, 2001:db8:1::7", "2001:db8::1"],
    ["::ffff:203.0.113.9", "::ffff:203.0.113.9"],
    [Array(1_000).fill("198.51.100.1").join(","), "198.51.100.1"],
  ])("of %s is %s", (header, address) => {
    expect(visitorAddress(header, isProxy)).toBe(address);
  });

  it.each([
    undefined,
    "",
    "unknown",
    "203.0.113.9, unknown",
    "203.0.113.9, ",
    "203.0.113.9,,10.0.0.2",
    "10.0.0.2",
    "10.0.0.3, 10.0.0.2",
    "203.0.113.999",
    "localhost",
    "203.0.113.9/32",
    "fe80::1%eth0 x",
    "_hidden",
  ])("of %j is unknown", (header) => {
    expect(visitorAddress(header, isProxy)).toBeUndefined();
  });
});

describe("the visitor's address in the log", () => {
  const isLocal = createAddressRanges(["10.0.0.0/8", "192.168.0.0/16"]);

  it.each([
    ["203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["10.0.0.2", "10.0.0.2"],
    ["10.0.0.2, 192.168.1.7:4711", "192.168.1.7"],
    ["192.168.66.66, 10.0.0.7", "10.0.0.7"],
    ["10.9.9.9, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
  ])("of %s is %s", (header, address) => {
    expect(loggedAddress(header, isLocal)).toBe(address);
  });

  it.each([undefined, "", "10.0.0.3, unknown, 10.0.0.2", "unknown", "10.0.0.3,"])(
    "of %j is unknown",
    (header) => {
      expect(loggedAddress(header, isLocal)).toBeUndefined();
    },
  );
});

describe("a long X-Forwarded-For", () => {
  const trusted = (count: number) => Array<string>(count).fill("10.0.0.2").join(",");

  it.each([visitorAddress, loggedAddress])("leaves the address unknown: %o", (read) => {
    expect(read(`203.0.113.9,${trusted(4_000)}`, isProxy)).toBeUndefined();
    expect(read(trusted(4_000), isProxy)).toBeUndefined();
    expect(read(`203.0.113.9,${trusted(32)}`, isProxy)).toBeUndefined();
    expect(read(`203.0.113.9,${trusted(31)}`, isProxy)).toBe("203.0.113.9");
    expect(read(`${trusted(4_000)},203.0.113.9`, isProxy)).toBe("203.0.113.9");
  });

  it.each([visitorAddress, loggedAddress])("is read for at most 32 entries: %o", (read) => {
    let reads = 0;
    const counting = (address: string | undefined) => {
      reads++;
      return isProxy(address);
    };
    const split = vi.spyOn(String.prototype, "split");

    read(trusted(4_000), counting);

    expect(reads).toBe(32);
    expect(split).not.toHaveBeenCalled();
    split.mockRestore();
  });
});

describe("the address that limits count by", () => {
  it.each([
    ["203.0.113.9, 10.0.0.2", ["private"], "203.0.113.9"],
    ["10.0.0.3,10.0.0.2", ["private"], undefined],
    ["unknown,10.0.0.2", ["private"], undefined],
    ["198.51.100.1, 203.0.113.9", ["anyone"], "203.0.113.9"],
    ["203.0.113.9, unknown", ["anyone"], undefined],
    [undefined, ["anyone"], undefined],
  ])("of %j among %j is %s", (header, trustedProxies, address) => {
    expect(createLimitedAddress(trustedProxies)(header)).toBe(address);
  });
});
