import { inTime } from "./time-limit.ts";

/** A write that may still be on its way. */
interface Write {
  /** Removed meanwhile: what lands must not stay. */
  isUndone: boolean;
}

/**
 * The writes of one process, one at a time for each key, and an end to every wait. Nobody waits behind a
 * write that was given up; but when it lands after a removal, it is removed again.
 */
export class Writes {
  readonly #patienceMs: number;
  readonly #removeItem: (key: string) => Promise<void>;
  readonly #last = new Map<string, Promise<void>>();
  readonly #open = new Map<string, Set<Write>>();

  constructor(patienceMs: number, removeItem: (key: string) => Promise<void>) {
    this.#patienceMs = patienceMs;
    this.#removeItem = removeItem;
  }

  /** Does it after all others of this key. Throws an `AuthError` "store_unreachable". */
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
      if (isGivenUp) throw new Error("the store was busy for too long");
      return work();
    };
    const before = this.#last.get(key);
    const begun = before === undefined ? work() : before.then(inOrder);
    const result = inTime(begun, this.#patienceMs, onLate);
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
