import { isIP } from "node:net";

/**
 * The /64 network of an IPv6 address, because a visitor with one of its addresses has all 2^64 (RFC 4291 §2.5.4). The
 * zone after `%` is dropped: it can contain colons, and is not part of the address.
 */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/s, "");
  if (isIP(bare) !== 6 || bare.includes(".")) return address;
  const [head = [], tail = []] = bare.split("::").map((half) => half.split(":").filter(Boolean));
  const gap = Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...gap, ...tail].slice(0, 4).join(":");
}
