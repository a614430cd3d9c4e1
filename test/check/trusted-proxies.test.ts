import { describe, expect, it } from "vitest";
import { lines, troubles } from "../peers/findings.ts";

describe("trustedProxies", () => {
  it.each<[string, string, string[], string]>([
    [
      "does not include this machine, the only one that can connect",
      "127.0.0.1",
      ["private"],
      "fault listen.host 127.0.0.1 is reachable only from this machine, but trustedProxies (private) does not include it: add loopback",
    ],
    [
      "contains only the loopback address of the other family",
      "127.0.0.1",
      ["::1"],
      "fault listen.host 127.0.0.1 is reachable only from this machine",
    ],
    [
      "contains only loopback for a wildcard address",
      "0.0.0.0",
      ["loopback", "127.0.0.2"],
      "warning listen.host 0.0.0.0 accepts connections from other machines, but trustedProxies (loopback, 127.0.0.2) refuses all of them: add your proxies' addresses",
    ],
    [
      "contains only loopback for a public address",
      "203.0.113.5",
      ["127.0.0.1"],
      "fault listen.host 203.0.113.5 is not reachable from the addresses in trustedProxies (127.0.0.1)",
    ],
    [
      "matches every address",
      "0.0.0.0",
      ["anyone"],
      "warning trustedProxies is anyone: every client that reaches 0.0.0.0:4180 can forge requests",
    ],
    [
      "matches every address of this machine",
      "127.0.0.1",
      ["anyone"],
      "warning trustedProxies is anyone: every client that reaches 127.0.0.1:4180 can forge requests",
    ],
    [
      "contains half of all addresses",
      "0.0.0.0",
      ["loopback", "128.0.0.0/1"],
      "warning trustedProxies contains 128.0.0.0/1, with addresses of many networks: any of them that reaches 0.0.0.0:4180",
    ],
    ["is empty", "127.0.0.1", [], "fault trustedProxies is empty, so every request is refused"],
  ])("that %s is reported with the fix", async (_, host, trustedProxies, line) => {
    const found = await troubles({ listen: { host }, trustedProxies });

    expect(found).toEqual([expect.stringContaining(line)]);
  });

  it.each<[string, string[]]>([
    ["127.0.0.1", ["loopback", "private"]],
    ["127.0.0.1", ["127.0.0.0/8", "fc00::/7"]],
    ["localhost", ["::1"]],
    ["0.0.0.0", ["loopback", "10.0.0.0/8"]],
    ["doorward.internal", ["loopback"]],
  ])("is ok for listen.host %s with %j", async (host, trustedProxies) => {
    expect(await troubles({ listen: { host }, trustedProxies })).toEqual([]);
  });

  it("that contains private is a fault with ip rules, because visitors could claim any address", async () => {
    const rules = [{ ip: "203.0.113.0/24", allow: "public" }];

    const wide = await troubles({ rules, trustedProxies: ["loopback", "private"] });
    const narrow = await troubles({ rules, trustedProxies: ["127.0.0.1"] });

    expect(wide).toEqual([expect.stringMatching(/^fault rules with ip: /)]);
    expect(narrow).toEqual([]);
  });
});

describe("the proxy of check --proxy", () => {
  it.each([
    ["10.1.2.3", "ok proxy 10.1.2.3: within trustedProxies (loopback, private)"],
    [
      "203.0.113.7",
      "fault proxy 203.0.113.7: outside trustedProxies (loopback, private), so doorward answers it with 403: add 203.0.113.7",
    ],
    ["localhost", "ok proxy localhost (127.0.0.1): within trustedProxies"],
    ["proxy.invalid", "fault proxy proxy.invalid: cannot resolve this name"],
  ])("is reported for %s", async (proxy, line) => {
    const found = await lines({}, proxy);

    expect(found).toContainEqual(expect.stringContaining(line));
  });
});
