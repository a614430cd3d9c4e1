import { describe, expect, it } from "vitest";
import { FailedTries } from "../../server/credentials/failed-tries.ts";

/** Fails ten times from the first address; returns whether the second one has a try left. */
function hasTryLeft(failing: string, other: string): boolean {
  const tries = new FailedTries(() => 0);
  const begun = Array.from({ length: 10 }, () => tries.begin(failing));
  expect(begun).not.toContain(false);
  return tries.begin(other);
}

describe("the failed tries of an address", () => {
  it.each([
    ["2001:db8::1", "2001:db8:0:0:ffff::9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"],
    ["fe80::1%eth0", "fe80::2%eth0"],
    ["fe80::1%eth0.100", "fe80::2%eth0.100"],
    ["fe80::1%a:b:c:d:e:f:g:h", "fe80::2%h:g:f:e:d:c:b:a"],
    ["fe80::1%::::::::::", "fe80::2"],
  ])("%s also count for %s, of the same IPv6 network", (failing, other) => {
    expect(hasTryLeft(failing, other)).toBe(false);
  });

  it.each([
    ["203.0.113.7", "203.0.113.8"],
    ["2001:db8::1", "2001:db8:0:1::1"],
    ["::ffff:203.0.113.7", "::ffff:203.0.113.8"],
    ["not an address", "another"],
  ])("%s do not count for %s", (failing, other) => {
    expect(hasTryLeft(failing, other)).toBe(true);
  });
});
