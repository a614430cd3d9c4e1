/**
 * Copies a string to its own memory before it is stored: a slice of a header keeps the whole header in memory.
 * Latin-1 only, like headers.
 */
export function copyString(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/**
 * A cache of recently used entries in two generations. The young one holds the entries set or read since the last
 * rotation, the old one those from before. When the young one is full, it replaces the old one, and entries unused
 * since then are dropped. A read almost never writes, while an LRU list writes to six places in memory on every read.
 */
export class TwoGenerationCache<Value extends {}> {
  /** The last `#most` entries used are never dropped. Up to twice as many may be held. */
  readonly #most: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  /** The number of entries. One that moved to the young generation may count twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** `key` comes from a header, so it is copied. */
  set(key: string, value: Value): void {
    if (this.#young.size >= this.#most && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(copyString(key), value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
