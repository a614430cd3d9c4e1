import { beforeEach, describe, expect, it } from "vitest";
import { FailedTries } from "../../server/credentials/failed-tries.ts";
import { RightBefore } from "../../server/credentials/right-before.ts";

let clock: number;
let tries: FailedTries;
const rightBefore = new RightBefore();

beforeEach(() => {
  clock = 0;
  tries = new FailedTries(() => clock);
});

const tryOf = (address: string, name: string) => rightBefore.tryOf("", name, address);

function begin(address: string, name = "robot", isNameKnown = false): boolean {
  return tries.begin(tryOf(address, name), isNameKnown);
}

/** How many of a hundred tries may be made, each of the next name. */
function allowed(address: string, nameOf: (index: number) => string, isNameKnown = false): number {
  const begun = Array.from({ length: 100 }, (_, index) =>
    begin(address, nameOf(index), isNameKnown),
  );
  return begun.filter(Boolean).length;
}

const isSame = () => "robot";
const isNew = (index: number) => `name-${index}`;

describe("the failed tries of a name from one address", () => {
  it("are limited to ten a minute", () => {
    expect(allowed("203.0.113.7", isSame)).toBe(10);
    clock = 59_999;
    expect(begin("203.0.113.7")).toBe(false);
    clock = 60_000;
    expect(begin("203.0.113.7")).toBe(true);
  });

  it("do not count for another name from there, nor for the same name from elsewhere", () => {
    allowed("203.0.113.7", isSame);

    expect(begin("203.0.113.7", "ada")).toBe(true);
    expect(begin("203.0.113.8")).toBe(true);
  });

  it("do not count once forgiven", () => {
    for (let index = 0; index < 100; index++) {
      expect(begin("203.0.113.7")).toBe(true);
      tries.forgive(tryOf("203.0.113.7", "robot"), false);
    }
  });
});

describe("the failed tries of all names from one address", () => {
  it("are limited to fifty a minute, except for names that were right from there", () => {
    expect(allowed("203.0.113.7", isNew)).toBe(50);

    expect(begin("203.0.113.7", "ada")).toBe(false);
    expect(begin("203.0.113.7", "ada", true)).toBe(true);
    expect(begin("203.0.113.8", "ada")).toBe(true);
    clock = 60_000;
    expect(begin("203.0.113.7", "ada")).toBe(true);
  });

  it("do not include those of names that were right from there", () => {
    expect(allowed("203.0.113.7", isNew, true)).toBe(100);

    expect(begin("203.0.113.7", "ada")).toBe(true);
  });
});

describe("an address", () => {
  it.each([
    ["2001:db8::1", "2001:db8:0:0:ffff::9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"],
    ["fe80::1%eth0", "fe80::2%eth0"],
    ["fe80::1%eth0.100", "fe80::2%eth0.100"],
    ["fe80::1%a:b:c:d:e:f:g:h", "fe80::2%h:g:f:e:d:c:b:a"],
    ["fe80::1%::::::::::", "fe80::2"],
  ])("%s shares its limits with %s, of the same IPv6 network", (failing, other) => {
    expect(allowed(failing, isSame)).toBe(10);
    expect(begin(other)).toBe(false);
  });

  it.each([
    ["203.0.113.7", "203.0.113.8"],
    ["2001:db8::1", "2001:db8:0:1::1"],
    ["::ffff:203.0.113.7", "::ffff:203.0.113.8"],
    ["not an address", "another"],
  ])("%s does not share its limits with %s", (failing, other) => {
    expect(allowed(failing, isSame)).toBe(10);
    expect(begin(other)).toBe(true);
  });
});
