import { LRUCache } from "lru-cache";
import { networkOf } from "../http/network-of.ts";
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
