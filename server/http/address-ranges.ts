import { BlockList, isIP } from "node:net";

/** Names for the usual addresses of proxies: RFC 1122 and 4291; RFC 1918 and 4193; every address. */
const named: Record<string, readonly Range[]> = {
  loopback: [ipv4("127.0.0.0", 8), ipv6("::1", 128)],
  private: [
    ipv4("10.0.0.0", 8),
    ipv4("172.16.0.0", 12),
    ipv4("192.168.0.0", 16),
    ipv6("fc00::", 7),
  ],
  anyone: [ipv4("0.0.0.0", 0), ipv6("::", 0)],
};

// Written in parts, because the first `isIP` of an IPv6 address in a process takes five milliseconds.
function ipv4(address: string, prefix: number): Range {
  return { address, prefix, family: "ipv4" };
}

function ipv6(address: string, prefix: number): Range {
  return { address, prefix, family: "ipv6" };
}

/** The fault of an entry of `trustedProxies`; undefined = none. */
export function proxyRangeFault(written: string): string | undefined {
  if (Object.hasOwn(named, written) || parseRange(written) !== undefined) return undefined;
  return "is not an address range: use loopback, private, an address (10.1.2.3) or a subnet (10.1.0.0/16)";
}

/** The fault of an address range in a rule; undefined = none. */
export function addressRangeFault(written: string): string | undefined {
  return parseRange(written)
    ? undefined
    : "is not an address range: use an address (203.0.113.7) or a subnet (2001:db8::/32)";
}

export interface Range {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

function parseRange(written: string): Range | undefined {
  const [address = "", prefix, ...rest] = written.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)) {
    return undefined;
  }
  return { address, prefix: Number(prefix ?? bits), family: version === 4 ? "ipv4" : "ipv6" };
}

/** The ranges of an entry, which may be a name for several; none = the entry is invalid. */
export function rangesOf(written: string): readonly Range[] {
  const ranges = Object.hasOwn(named, written) ? named[written] : undefined;
  if (ranges !== undefined) return ranges;
  const range = parseRange(written);
  return range === undefined ? [] : [range];
}

/** Whether an address is in a set of ranges; false for anything that is not an address. */
type AddressRanges = (address: string | undefined) => boolean;

/** For each list of ranges, of which a configuration can have many. */
const mostKnown = 100;

export function createAddressRanges(ranges: readonly string[]): AddressRanges {
  const list = new BlockList();
  for (const { address, prefix, family } of ranges.flatMap(rangesOf))
    list.addSubnet(address, prefix, family);
  // A few proxies send all requests, so the list is searched once for each address. Many callers with one address each
  // must not fill memory.
  const verdicts = new Map<string, boolean>();
  return (address) => {
    if (address === undefined) return false;
    let isWithin = verdicts.get(address);
    if (isWithin === undefined) {
      const version = isIP(address);
      isWithin = version !== 0 && list.check(address, version === 4 ? "ipv4" : "ipv6");
      if (verdicts.size >= mostKnown) verdicts.clear();
      verdicts.set(address, isWithin);
    }
    return isWithin;
  };
}

/** More than the proxies of any request. A visitor can send thousands of entries, and each one costs time. */
const mostEntries = 32;

/** `X-Forwarded-For`, read from the right. */
interface ForwardedFor {
  /** The first address that is not a trusted proxy. */
  readonly outside?: string;
  /** The address at the end, which the nearest proxy wrote. */
  readonly last?: string | undefined;
  /** Whether every entry is the address of a trusted proxy. */
  readonly isInside?: boolean;
}

function readForwardedFor(written: string, isProxy: AddressRanges): ForwardedFor {
  let last: string | undefined;
  let end = written.length;
  for (let count = 0; count < mostEntries; count++) {
    const comma = written.lastIndexOf(",", end - 1);
    const address = bareAddress(written.slice(comma + 1, end).trim());
    if (isIP(address) === 0) break;
    last ??= address;
    if (!isProxy(address)) return { outside: address, last };
    if (comma === -1) return { last, isInside: true };
    end = comma;
  }
  return { last };
}

/**
 * The visitor's address: from the right, the first one that is not a trusted proxy. The visitor can forge everything to
 * the left of it. An entry that is not an address ends the search, and so do too many entries: the address is then
 * unknown.
 */
export function visitorAddress(
  forwardedFor: string | undefined,
  isProxy: AddressRanges,
): string | undefined {
  return readForwardedFor(forwardedFor ?? "", isProxy).outside;
}

/**
 * The same for the log, where a visitor inside the ranges of the proxies has an address too: the one that the nearest
 * proxy wrote. The visitor can forge each entry before it, and a program that bans addresses would ban another visitor.
 * A rule must not use it.
 */
export function loggedAddress(
  forwardedFor: string | undefined,
  isProxy: AddressRanges,
): string | undefined {
  const { outside, last, isInside } = readForwardedFor(forwardedFor ?? "", isProxy);
  return isInside === true ? last : outside;
}

/**
 * Finds the address that limits count by: the visitor's. Where `anyone` is trusted, no address is a visitor's, so that
 * it is the one that the nearest proxy wrote. A rule must not use it.
 */
export function createLimitedAddress(
  trustedProxies: readonly string[],
): (forwardedFor: string | undefined) => string | undefined {
  const isProxy = createAddressRanges(trustedProxies);
  const isAnyoneTrusted = trustedProxies.includes("anyone");
  return (forwardedFor) => {
    const { outside, last } = readForwardedFor(forwardedFor ?? "", isProxy);
    return outside ?? (isAnyoneTrusted ? last : undefined);
  };
}

/**
 * Some proxies add the port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. The zone of `fe80::1%eth0` is dropped: it is
 * a local name on the proxy's machine (RFC 4007 §11.2).
 */
function bareAddress(entry: string): string {
  if (!entry.includes(":")) return entry;
  const [, bracketed, plain] =
    /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(entry) ?? [];
  const address = bracketed ?? plain ?? entry;
  return isIP(address) === 6 ? address.replace(/%.*$/, "") : address;
}
