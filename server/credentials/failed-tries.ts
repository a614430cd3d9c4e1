import { isIP } from "node:net";
import { LRUCache } from "lru-cache";
import { isWithin } from "../memory/cached.ts";

const windowMs = 60_000;
const mostFailures = 10;
const mostAddresses = 10_000;

/** Counts failed tries per address, in bounded memory. */
export class FailedTries {
  readonly #failed = new LRUCache<string, { count: number; since: number }>({ max: mostAddresses });
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Whether one more try may be made. It counts as failed until it is forgiven; otherwise many tries at once would
   * all pass as the first.
   */
  begin(address: string): boolean {
    const key = networkOf(address);
    const now = this.#now();
    const found = this.#failed.get(key);
    const entry =
      found !== undefined && isWithin(now, found.since, found.since + windowMs)
        ? found
        : { count: 0, since: now };
    if (entry.count >= mostFailures) return false;
    entry.count++;
    this.#failed.set(key, entry);
    return true;
  }

  forgive(address: string): void {
    const entry = this.#failed.get(networkOf(address));
    if (entry !== undefined && entry.count > 0) entry.count--;
  }
}

/**
 * The /64 network of an IPv6 address, because a visitor with one of its addresses has all 2^64 (RFC 4291 §2.5.4). The
 * zone after `%` is dropped: it can contain colons, and is not part of the address.
 */
function networkOf(address: string): string {
  const bare = address.replace(/%.*$/s, "");
  if (isIP(bare) !== 6 || bare.includes(".")) return address;
  const [head = [], tail = []] = bare.split("::").map((half) => half.split(":").filter(Boolean));
  const gap = Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...gap, ...tail].slice(0, 4).join(":");
}
