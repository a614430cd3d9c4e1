import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Config } from "../config/schema.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { isLoopbackHost } from "../http/loopback.ts";
import { reasonsOf } from "../observe/log.ts";
import { hostOutsideAscii } from "../values/ascii-host.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

/** Whether proxies can connect and are trusted. `proxy` is the name or address of one to check. */
export async function trustedProxies(config: Config, proxy?: string): Promise<Finding[]> {
  const reach = config.trustedProxies.length === 0 ? noProxy : unreachable(config);
  const named = proxy === undefined ? [] : await namedProxy(config, proxy);
  return [reach, anyAddress(config), addressRules(config), ...named].filter(
    (finding) => finding !== undefined,
  );
}

const noProxy = fault(
  "trustedProxies is empty, so every request is refused: list the addresses of your proxies",
);

/** Connections to a loopback address come from this machine; connections to another address never come from loopback. */
function unreachable({ listen, trustedProxies: ranges }: Config): Finding | undefined {
  const { host } = listen;
  const written = ranges.join(", ");
  if (isLoopbackHost(host) || host === "::1") {
    const isTrusted = createAddressRanges(ranges);
    const peers = { localhost: ["127.0.0.1", "::1"], "::1": ["::1"] }[host] ?? ["127.0.0.1"];
    if (peers.some(isTrusted)) return undefined;
    return fault(
      `listen.host ${host} is reachable only from this machine, but trustedProxies (${written}) does not include it: add loopback, or listen on an address that the proxy can reach`,
    );
  }
  const isLoopback = createAddressRanges(["loopback"]);
  if (!ranges.every((range) => range === "loopback" || isLoopback(range.split("/")[0])))
    return undefined;
  if (host === "0.0.0.0" || host === "::") {
    return warning(
      `listen.host ${host} accepts connections from other machines, but trustedProxies (${written}) refuses all of them: add your proxies' addresses, or listen on 127.0.0.1`,
    );
  }
  if (isIP(host) === 0) return undefined;
  return fault(
    `listen.host ${host} is not reachable from the addresses in trustedProxies (${written}): add your proxies' addresses, or listen on 127.0.0.1`,
  );
}

function anyAddress({ trustedProxies: ranges, listen }: Config): Finding | undefined {
  const wide = ranges.find((range) => range === "anyone" || isWide(range));
  if (wide === undefined) return undefined;
  const [what, who] =
    wide === "anyone"
      ? ["is anyone", "every client that reaches"]
      : [`contains ${wide}, with addresses of many networks`, "any of them that reaches"];
  return warning(
    `trustedProxies ${what}: ${who} ${listen.host}:${listen.port} can forge requests and a visitor's address; list only your proxies' own addresses`,
  );
}

/** Wider than any network of one owner. */
function isWide(written: string): boolean {
  const prefix = Number(/\/(\d+)$/.exec(written)?.[1] ?? "32");
  return written !== "fc00::/7" && prefix < (written.includes(":") ? 16 : 8);
}

/** A visitor inside a trusted range can write any address into `X-Forwarded-For`. */
function addressRules({ rules, trustedProxies: ranges }: Config): Finding | undefined {
  if (!rules.some(({ ip }) => ip !== undefined) || !ranges.includes("private")) return undefined;
  return fault(
    "rules with ip: trustedProxies contains `private`, so a visitor in a private network can claim any address; list only your proxies' own addresses",
  );
}

async function namedProxy({ trustedProxies: ranges }: Config, proxy: string): Promise<Finding[]> {
  const wrong = hostOutsideAscii(proxy);
  if (wrong !== undefined) return [fault(`proxy ${proxy} ${wrong}`)];
  const isTrusted = createAddressRanges(ranges);
  const written = ranges.join(", ");
  try {
    const found = await lookup(proxy, { all: true });
    return found.map(({ address }) => {
      const name = address === proxy ? address : `${proxy} (${address})`;
      return isTrusted(address)
        ? ok(`proxy ${name}: within trustedProxies (${written})`)
        : fault(
            `proxy ${name}: outside trustedProxies (${written}), so doorward answers it with 403: add ${address}`,
          );
    });
  } catch (error) {
    return [fault(`proxy ${proxy}: cannot resolve this name: ${reasonsOf(error)}`)];
  }
}
