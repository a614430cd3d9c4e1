import { reasonsOf, type Log } from "../observe/log.ts";

/** More entries would fill the memory while the store cannot be written. */
const mostWaiting = 10_000;
const longestPauseMs = 60_000;

interface Parts {
  readonly delayMs: number;
  readonly append: (hour: number, keys: readonly string[]) => Promise<void>;
  readonly log: Log | undefined;
}

/**
 * Entries of the expiry index that share a write after a delay. No caller waits for that write, so its failures are
 * logged here, once until it succeeds, and it is tried again after a pause that grows.
 */
export class DelayedEntries {
  readonly #parts: Parts;
  /** The keys that are not stored yet, by hour. */
  #waiting = new Map<number, string[]>();
  /** The number of those keys, with the ones that are being written. */
  #count = 0;
  #dropped = 0;
  #failures = 0;
  #isReported = false;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** false = the list is full, so the entry was dropped. */
  add(key: string, hour: number): boolean {
    if (this.#count >= mostWaiting) {
      this.#dropped++;
      this.#report(new Error(`${mostWaiting} entries wait for the store`));
      return false;
    }
    const keys = this.#waiting.get(hour);
    if (keys === undefined) this.#waiting.set(hour, [key]);
    else keys.push(key);
    this.#count++;
    this.#arm();
    return true;
  }

  /** Writes all entries that wait. Throws the first failure; the entries of hours that failed wait for the next try. */
  async flush(): Promise<void> {
    this.#disarm();
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined); // its caller gets the error
    if (this.#count === 0) return;
    this.#disarm(); // an entry may have come meanwhile
    this.#writing = this.#write();
    await this.#writing;
  }

  /** Tries once more. Never fails: the records expire all the same. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush().catch(() => undefined); // logged by `#write`
    this.#dropped += this.#count;
    this.#reportDropped();
  }

  async #write(): Promise<void> {
    const failures: unknown[] = [];
    const batch = this.#waiting;
    this.#waiting = new Map();
    for (const [hour, keys] of batch) {
      const failure = await this.#writeHour(hour, keys);
      if (failure !== undefined) failures.push(failure.error);
    }
    this.#writing = undefined;
    const [first] = failures;
    if (failures.length === 0) this.#recover();
    else {
      this.#failures++;
      this.#report(first);
    }
    this.#arm();
    if (failures.length > 0) throw first;
  }

  /** An hour that fails must not hold up the others. */
  async #writeHour(
    hour: number,
    keys: readonly string[],
  ): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#parts.append(hour, keys);
      this.#count -= keys.length;
      return undefined;
    } catch (error) {
      this.#waiting.set(hour, [...keys, ...(this.#waiting.get(hour) ?? [])]);
      return { error };
    }
  }

  #arm(): void {
    const isIdle = this.#timer === undefined && this.#writing === undefined;
    if (!isIdle || this.#isClosed || this.#count === 0) return;
    const pauseMs = Math.min(longestPauseMs, this.#parts.delayMs * 2 ** this.#failures);
    this.#timer = setTimeout(() => void this.flush().catch(() => undefined), pauseMs); // logged by `#write`
    if (this.#failures > 0) this.#timer.unref(); // must not keep a process alive that ends without `close`
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #recover(): void {
    this.#failures = 0;
    this.#isReported = false;
    this.#reportDropped();
  }

  #report(error: unknown): void {
    if (this.#isReported) return;
    this.#isReported = true;
    const failure = "the expiry index cannot be written: doorward tries again";
    this.#parts.log?.warn({ reason: reasonsOf(error) }, failure);
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    const lost =
      "entries of the expiry index were dropped: their records stay in the store after they expire";
    this.#parts.log?.warn({ entries: this.#dropped }, lost);
    this.#dropped = 0;
  }
}
