import { BlockList, isIP } from "node:net";

/** Names for the ranges that proxies usually speak from: RFC 1122 and 4291; RFC 1918 and 4193. */
const named: Record<string, readonly string[]> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/** Why something is no entry of `trustedProxies`, or nothing. */
export function proxyRangeFault(written: string): string | undefined {
  if (Object.hasOwn(named, written) || parseRange(written) !== undefined) return undefined;
  return "is no address range: write loopback, private, 10.1.2.3 or 10.1.0.0/16";
}

function parseRange(
  written: string,
): { address: string; prefix: number; family: "ipv4" | "ipv6" } | undefined {
  const [address = "", prefix, ...rest] = written.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits))
    return undefined;
  return { address, prefix: Number(prefix ?? bits), family: version === 4 ? "ipv4" : "ipv6" };
}

/** Whether a peer's address is among the ranges. What is no address is nobody's proxy. */
export function createTrustedProxies(
  ranges: readonly string[],
): (address: string | undefined) => boolean {
  const list = new BlockList();
  for (const written of ranges.flatMap((range) => named[range] ?? [range])) {
    const range = parseRange(written);
    if (range !== undefined) list.addSubnet(range.address, range.prefix, range.family);
  }
  // A proxy keeps few connections from few addresses: asking the list once for each is enough.
  const verdicts = new Map<string, boolean>();
  return (address) => {
    if (address === undefined) return false;
    let trusted = verdicts.get(address);
    if (trusted === undefined) {
      const version = isIP(address);
      trusted = version !== 0 && list.check(address, version === 4 ? "ipv4" : "ipv6");
      if (verdicts.size >= 1_000) verdicts.clear(); // strangers, one address each, must not fill memory
      verdicts.set(address, trusted);
    }
    return trusted;
  };
}
