import { describe, expect, it } from "vitest";
import { lines, troubles } from "../peers/findings.ts";

describe("trustedProxies", () => {
  it.each<[string, string, string[], string]>([
    [
      "leaves out this machine, where alone they could be",
      "127.0.0.1",
      ["private"],
      "fault listen.host 127.0.0.1 is reached from this machine alone, and trustedProxies (private) leaves that out: add loopback",
    ],
    [
      "names this machine by the other family",
      "127.0.0.1",
      ["::1"],
      "fault listen.host 127.0.0.1 is reached from this machine alone",
    ],
    [
      "is this machine alone, on an address that others are to reach",
      "0.0.0.0",
      ["loopback", "127.0.0.2"],
      "warning listen.host 0.0.0.0 takes connections from elsewhere, and trustedProxies (loopback, 127.0.0.2) refuses them all: add your proxies' addresses",
    ],
    [
      "is this machine's loopback, on an address that is not",
      "203.0.113.5",
      ["127.0.0.1"],
      "fault listen.host 203.0.113.5 is never reached from the addresses in trustedProxies (127.0.0.1)",
    ],
    [
      "is everybody",
      "0.0.0.0",
      ["0.0.0.0/0"],
      "warning trustedProxies holds 0.0.0.0/0, which is everybody: whoever reaches 0.0.0.0:4180",
    ],
    ["is nobody", "127.0.0.1", [], "fault trustedProxies is empty, so nobody may ask"],
  ])("that %s is named, with the mend", async (_, host, trustedProxies, line) => {
    const found = await troubles({ listen: { host }, trustedProxies });

    expect(found).toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, string[]]>([
    ["127.0.0.1", ["loopback", "private"]],
    ["127.0.0.1", ["0.0.0.0/0"]],
    ["localhost", ["::1"]],
    ["0.0.0.0", ["loopback", "10.0.0.0/8"]],
    ["doorward.internal", ["loopback"]],
  ])("is well for listen.host %s with %j", async (host, trustedProxies) => {
    expect(await troubles({ listen: { host }, trustedProxies })).toEqual([]);
  });

  it("is a fault beside rules about addresses where whoever sits inside could claim any", async () => {
    const rules = [{ ip: "203.0.113.0/24", allow: "public" }];

    const wide = await troubles({ rules, trustedProxies: ["loopback", "private"] });
    const narrow = await troubles({ rules, trustedProxies: ["127.0.0.1"] });

    expect(wide).toEqual([expect.stringMatching(/^fault rules with ip: /)]);
    expect(narrow).toEqual([]);
  });
});

describe("a proxy that is named", () => {
  it.each([
    ["10.1.2.3", "ok proxy 10.1.2.3: within trustedProxies (loopback, private)"],
    [
      "203.0.113.7",
      "fault proxy 203.0.113.7: outside trustedProxies (loopback, private), so it is answered 403: add 203.0.113.7",
    ],
    ["localhost", "ok proxy localhost (127.0.0.1): within trustedProxies"],
    ["proxy.invalid", "fault proxy proxy.invalid: no address is known of that name"],
  ])("as %s may ask, or the mend is told", async (proxy, line) => {
    const said = await lines({}, proxy);

    expect(said).toContainEqual(expect.stringContaining(line));
  });
});
