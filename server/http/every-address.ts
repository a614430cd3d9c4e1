import { rangesOf, type Range } from "./address-ranges.ts";

/** First and last address, as numbers; IPv4 at its place in IPv6, as in RFC 4291 §2.5.5.2. */
type Span = readonly [first: bigint, last: bigint];

/** The addresses of visitors from anywhere: unicast IPv4 (RFC 6890), and global unicast IPv6 (RFC 4291 §2.4). */
const spaces: Readonly<Record<string, Span>> = {
  "IPv4 address": [spanOf("1.0.0.0", 32)[0], spanOf("223.255.255.255", 32)[1]],
  "public IPv6 address": spanOf("2000::", 3),
};

/** RFC 1122, 1918, 3927 and 6598: a list that leaves out only these contains every public address. */
const local = ["loopback", "private", "169.254.0.0/16", "100.64.0.0/10"];

/** "IPv4 address" if the ranges contain every one of them together; undefined = of no kind. */
export function wholeSpaceIn(ranges: readonly string[]): string | undefined {
  const spans = [...ranges, ...local]
    .flatMap(rangesOf)
    .map((range: Range) => spanOf(range.address, range.prefix))
    .toSorted(([one], [other]) => (one < other ? -1 : Number(one > other)));
  return Object.entries(spaces).find(([, space]) => isCovered(space, spans))?.[0];
}

/** `spans` in the order of their first addresses. */
function isCovered([first, last]: Span, spans: readonly Span[]): boolean {
  let next = first;
  for (const [from, to] of spans) {
    if (from > next) return false;
    if (to >= next) next = to + 1n;
    if (next > last) return true;
  }
  return false;
}

function spanOf(address: string, prefix: number): Span {
  const isIPv4 = !address.includes(":");
  const free = BigInt(isIPv4 ? 32 - prefix : 128 - prefix);
  const first = (numberOf(isIPv4 ? `::ffff:${address}` : address) >> free) << free;
  return [first, first + (1n << free) - 1n];
}

function numberOf(ipv6: string): bigint {
  // A URL has the eight groups in hex, with one `::` at most.
  const [head = "", tail] = new URL(`http://[${ipv6}]`).hostname.slice(1, -1).split("::");
  const [before, after] = [groupsOf(head), groupsOf(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].reduce(
    (sum, group) => (sum << 16n) | BigInt(`0x${group}`),
    0n,
  );
}

function groupsOf(part = ""): string[] {
  return part === "" ? [] : part.split(":");
}
