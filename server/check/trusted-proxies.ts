import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Config } from "../config/schema.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { isLoopbackHost } from "../http/loopback.ts";
import { reasonsOf } from "../observe/log.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

/** Whether those who are to ask may: `proxy` is the name or address of one, if the operator names it. */
export async function trustedProxies(config: Config, proxy?: string): Promise<Finding[]> {
  const reach = config.trustedProxies.length === 0 ? nobody : whoReachesUs(config);
  const named = proxy === undefined ? [] : await namedProxy(config, proxy);
  return [reach, everybody(config), addressRules(config), ...named].filter(
    (finding) => finding !== undefined,
  );
}

const nobody = fault(
  "trustedProxies is empty, so nobody may ask: list the addresses of your proxies",
);

/** Who connects to this machine's own loopback is on it; who connects to another address never comes from there. */
function whoReachesUs({ listen, trustedProxies: ranges }: Config): Finding | undefined {
  const { host } = listen;
  const written = ranges.join(", ");
  if (isLoopbackHost(host) || host === "::1") {
    const isTrusted = createAddressRanges(ranges);
    const peers = { localhost: ["127.0.0.1", "::1"], "::1": ["::1"] }[host] ?? ["127.0.0.1"];
    if (peers.some(isTrusted)) return undefined;
    return fault(
      `listen.host ${host} is reached from this machine alone, and trustedProxies (${written}) leaves that out: add loopback, or listen where the proxy is`,
    );
  }
  const isLoopback = createAddressRanges(["loopback"]);
  if (!ranges.every((range) => range === "loopback" || isLoopback(range.split("/")[0])))
    return undefined;
  if (host === "0.0.0.0" || host === "::") {
    return warning(
      `listen.host ${host} takes connections from elsewhere, and trustedProxies (${written}) refuses them all: add your proxies' addresses, or listen on 127.0.0.1`,
    );
  }
  if (isIP(host) === 0) return undefined;
  return fault(
    `listen.host ${host} is never reached from the addresses in trustedProxies (${written}): add your proxies' addresses, or listen on 127.0.0.1`,
  );
}

function everybody({ trustedProxies: ranges, listen }: Config): Finding | undefined {
  const all = ranges.find((range) => range.endsWith("/0"));
  if (all === undefined || isLoopbackHost(listen.host)) return undefined;
  return warning(
    `trustedProxies holds ${all}, which is everybody: whoever reaches ${listen.host}:${listen.port} can tell of any request and any visitor's address; list your proxies' own`,
  );
}

/** Whoever sits in a range that is trusted as a whole can write any address into `X-Forwarded-For`. */
function addressRules({ rules, trustedProxies: ranges }: Config): Finding | undefined {
  if (!rules.some(({ ip }) => ip !== undefined) || !ranges.includes("private")) return undefined;
  return fault(
    "rules with ip: trustedProxies holds `private`, so visitors of the inside can claim any address; list your proxies' own addresses",
  );
}

async function namedProxy({ trustedProxies: ranges }: Config, proxy: string): Promise<Finding[]> {
  const isTrusted = createAddressRanges(ranges);
  const written = ranges.join(", ");
  try {
    const found = await lookup(proxy, { all: true });
    return found.map(({ address }) => {
      const name = address === proxy ? address : `${proxy} (${address})`;
      return isTrusted(address)
        ? ok(`proxy ${name}: within trustedProxies (${written})`)
        : fault(
            `proxy ${name}: outside trustedProxies (${written}), so it is answered 403: add ${address}`,
          );
    });
  } catch (error) {
    return [fault(`proxy ${proxy}: no address is known of that name: ${reasonsOf(error)}`)];
  }
}
