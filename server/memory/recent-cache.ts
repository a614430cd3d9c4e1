/**
 * The same text in memory of its own, for whatever is remembered: one that was cut from a header would keep the
 * whole header. Of Latin-1 alone, as headers are.
 */
export function copyString(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/**
 * Remembers what was asked for of late, in two generations: the younger one has what came or was asked for since the
 * last change of generations, the older one what was there before. When the younger one is full, it becomes the
 * older one, and what nobody asked for in all that time is forgotten. Nearly always asking writes nothing, while a list
 * in the order of use would be written to at six places of memory for every request.
 */
export class TwoGenerationCache<Value extends {}> {
  /** So many are never forgotten; twice as many may be held. */
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

  /** Keys are what came in a header. */
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
