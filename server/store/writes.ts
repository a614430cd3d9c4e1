import { inTime } from "./time-limit.ts";

/** A write that may still be in progress. */
interface Write {
  /** The key was removed during the write: the write must be undone once it lands. */
  isUndone: boolean;
}

/**
 * The writes of one process: one at a time per key, each with a timeout. A write that timed out no longer blocks
 * the next one; if it lands after a removal of the key, the key is removed again.
 */
export class Writes {
  readonly #timeoutMs: number;
  readonly #removeItem: (key: string) => Promise<void>;
  readonly #last = new Map<string, Promise<void>>();
  readonly #open = new Map<string, Set<Write>>();

  constructor(timeoutMs: number, removeItem: (key: string) => Promise<void>) {
    this.#timeoutMs = timeoutMs;
    this.#removeItem = removeItem;
  }

  /** Runs after all earlier writes of this key. Throws an `AuthError` "store_unreachable". */
  write<T>(key: string, work: () => Promise<T>, onLate?: () => void): Promise<T> {
    return this.#inTurn(key, () => this.#watched(key, work), onLate);
  }

  remove(key: string): Promise<void> {
    return this.#inTurn(key, () => {
      for (const write of this.#open.get(key) ?? []) write.isUndone = true;
      return this.#removeItem(key);
    });
  }

  #inTurn<T>(key: string, work: () => Promise<T>, onLate?: () => void): Promise<T> {
    let isGivenUp = false;
    const inOrder = () => {
      if (isGivenUp) throw new Error("an earlier write of this key took too long");
      return work();
    };
    const before = this.#last.get(key);
    const begun = before === undefined ? work() : before.then(inOrder);
    const result = inTime(begun, this.#timeoutMs, onLate);
    const end = () => {
      isGivenUp = true;
      if (this.#last.get(key) === done) this.#last.delete(key);
    };
    const done = result.then(end, end);
    this.#last.set(key, done);
    return result;
  }

  async #watched<T>(key: string, work: () => Promise<T>): Promise<T> {
    const write = { isUndone: false };
    const open = this.#open.get(key) ?? new Set<Write>();
    this.#open.set(key, open.add(write));
    try {
      return await work();
    } finally {
      open.delete(write);
      if (open.size === 0 && this.#open.get(key) === open) this.#open.delete(key);
      if (write.isUndone) await this.#removeItem(key);
    }
  }
}
