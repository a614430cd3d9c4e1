import { isIPv4, SocketAddress } from "node:net";
import type { Range } from "../../http/address-ranges.ts";

/** The first address of a range, and those just outside it. */
export function neighbours(range: Range): string[] {
  const { first, last, bits } = numbersOf(range);
  const inside = [first, first - 1n, last + 1n];
  return inside
    .filter((number) => number >= 0n && number < 1n << BigInt(bits))
    .map((number) => textOf(number, bits));
}

export function lastOf(range: Range): string {
  const { last, bits } = numbersOf(range);
  return textOf(last, bits);
}

function numbersOf({ address, prefix, family }: Range) {
  const bits = family === "ipv4" ? 32 : 128;
  const size = 1n << BigInt(bits - prefix);
  const number = numberOf(address);
  const first = number - (number % size);
  return { first, last: first + size - 1n, bits };
}

function numberOf(address: string): bigint {
  const parts = isIPv4(address)
    ? address.split(".").map((part) => [BigInt(part), 8n] as const)
    : wordsOf(address).map((word) => [BigInt(`0x${word}`), 16n] as const);
  return parts.reduce((sum, [part, width]) => (sum << width) + part, 0n);
}

/** The eight words of an IPv6 address. */
function wordsOf(address: string): string[] {
  // The canonical spelling has no dotted end, except for addresses that map IPv4.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array.from({ length: missing }, () => "0"), ...after];
}

function textOf(number: bigint, bits: number): string {
  if (bits === 32)
    return [24n, 16n, 8n, 0n].map((shift) => String((number >> shift) & 255n)).join(".");
  const words = Array.from({ length: 8 }, (_, index) =>
    ((number >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  return new SocketAddress({ address: words.join(":"), family: "ipv6" }).address;
}
