import { isWithin } from "../memory/cached.ts";
import { TwoGenerationCache } from "../memory/recent-cache.ts";
import type { Try } from "./right-before.ts";

const windowMs = 60_000;
/** A person who mistypes one password reaches the first limit, and leaves the others of the network their tries. */
const most = { name: 10, network: 50 };
/** About 150 bytes each, and up to twice as many. */
const mostEntries = 10_000;

interface Failures {
  count: number;
  readonly since: number;
}

/**
 * Counts failed tries per minute, of a name from one network and of all names from it, in bounded memory. There is no
 * limit for a name from everywhere, because an attacker could lock its owner out.
 */
export class FailedTries {
  readonly #failed = new TwoGenerationCache<Failures>(mostEntries);
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Whether one more try may be made. It counts as failed until it is forgiven; otherwise many tries at once would
   * all pass as the first. A name that was right from this network is not subject to the limit of the network.
   */
  begin({ name, network }: Pick<Try, "name" | "network">, isNameKnown: boolean): boolean {
    const ofName = this.#entry(name);
    if (ofName.count >= most.name) return false;
    if (!isNameKnown) {
      const ofNetwork = this.#entry(network);
      if (ofNetwork.count >= most.network) return false;
      ofNetwork.count++;
      this.#failed.set(network, ofNetwork);
    }
    ofName.count++;
    this.#failed.set(name, ofName);
    return true;
  }

  forgive({ name, network }: Pick<Try, "name" | "network">, wasNameKnown: boolean): void {
    for (const key of wasNameKnown ? [name] : [name, network]) {
      const entry = this.#failed.get(key);
      if (entry !== undefined && entry.count > 0) entry.count--;
    }
  }

  #entry(key: string): Failures {
    const now = this.#now();
    const found = this.#failed.get(key);
    return found !== undefined && isWithin(now, found.since, found.since + windowMs)
      ? found
      : { count: 0, since: now };
  }
}
