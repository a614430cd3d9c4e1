import { LRUCache } from "lru-cache";

/** The states that came back, so that an issuer's answer is taken once (RFC 9700 §4.5 and OAuth's own rule for codes). */
export class UsedStates {
  readonly #used = new LRUCache<string, true>({ max: 100_000 });

  /** Whether this call is the first for that state. Nothing runs between the look and the mark. */
  take(state: string): boolean {
    if (this.#used.has(state)) return false;
    this.#used.set(state, true);
    return true;
  }
}
