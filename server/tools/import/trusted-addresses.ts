import { addressRangeFault, createAddressRanges } from "../../http/address-ranges.ts";
import type { Settings } from "./settings.ts";

export interface TrustedAddresses {
  readonly rules: readonly Record<string, unknown>[];
  readonly trustedProxies?: readonly string[];
}

const usualProxies = ["loopback", "private"];

/** Visitors' addresses and proxies' must not overlap: of an address among the proxies' nobody is a visitor. */
export function trustedAddresses(from: Settings): TrustedAddresses {
  const proxies = from.list("trusted_proxy_ips");
  const visitors = from.list("trusted_ips");
  const named = proxies.length === 0 ? undefined : [...proxies];
  const isProxy = createAddressRanges(named ?? ["loopback"]);
  const isFine = (range: string) =>
    addressRangeFault(range) === undefined && !isProxy(range.split("/")[0]);
  const kept = visitors.filter(isFine);
  for (const range of visitors.filter((one) => !isFine(one)))
    from.note(
      "left out",
      "trusted_ips",
      `${range} is the proxy's own address, or none: whoever comes through the proxy would have it`,
    );
  if (kept.length === 0) return { rules: [], ...(named && { trustedProxies: named }) };
  if (!from.isOn("reverse_proxy")) {
    from.note(
      "to do",
      "trusted_ips",
      "without reverse_proxy they were addresses of whoever spoke to oauth2-proxy itself, which is the proxy: left out; see trustedProxies",
    );
    return { rules: [], ...(named && { trustedProxies: named }) };
  }
  const tight = named ?? tightProxies(kept);
  const message = `a visitor's address is the last in X-Forwarded-For that is none of trustedProxies, and the proxy must send it${tight === undefined ? "" : `; trustedProxies is ${tight.join(", ")}: add your proxy's address if it is another, and no visitor's`}`;
  from.note("to do", "trusted_ips", message);
  return { rules: [{ ip: kept, allow: "public" }], ...(tight && { trustedProxies: tight }) };
}

function tightProxies(visitors: readonly string[]): string[] | undefined {
  const isUsual = createAddressRanges(usualProxies);
  return visitors.some((range) => isUsual(range.split("/")[0])) ? ["loopback"] : undefined;
}
