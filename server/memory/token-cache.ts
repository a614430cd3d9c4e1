import { PackedToken, tokenLength } from "./packed-token.ts";
import { TokenTable } from "./token-table.ts";

/**
 * Recently used values by token, in two generations like those of `TwoGenerationCache`. A token is looked up where it is
 * written in a header, and what is not found leaves nothing. For each value the cache has the time for which it is fresh.
 */
export class TokenCache<Value extends {}> {
  /** The last `#most` entries used are never dropped. Up to twice as many may be held. */
  readonly #most: number;
  readonly #token = new PackedToken();
  #young: TokenTable<Value>;
  #old: TokenTable<Value>;

  constructor(most: number) {
    this.#most = most;
    this.#young = this.#emptyTable();
    this.#old = this.#emptyTable();
  }

  /** The entry of the token that begins there, until the next change of the cache; -1 = none. */
  find(text: string, start: number): number {
    if (!this.#token.read(text, start)) return -1;
    const entry = this.#young.find(this.#token);
    if (entry !== -1) return entry;
    const row = this.#old.find(this.#token);
    return row === -1 ? -1 : this.#addYoung(this.#old.valueAt(row));
  }

  /** The entry of a token by itself. */
  entryOf(token: string): number {
    return token.length === tokenLength ? this.find(token, 0) : -1;
  }

  valueAt(entry: number): Value {
    return this.#young.valueAt(entry);
  }

  /** Whether a value may be used without further checks. */
  isFresh(entry: number, time: number): boolean {
    return this.#young.isFresh(entry, time);
  }

  /** Makes this value fresh, unless another one has replaced it. Not before `since`: the clock may be set back. */
  keepFresh(token: string, value: Value, since: number, until: number): void {
    const entry = this.entryOf(token);
    if (entry !== -1 && this.valueAt(entry) === value) this.#young.setFresh(entry, since, until);
  }

  get(token: string): Value | undefined {
    const entry = this.entryOf(token);
    return entry === -1 ? undefined : this.valueAt(entry);
  }

  /** The number of entries. One that moved to the young generation may count twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Throws if it is not a token: it would not be found again. */
  set(token: string, value: Value): void {
    if (token.length !== tokenLength || !this.#token.read(token, 0))
      throw new TypeError("not a token");
    const row = this.#young.find(this.#token);
    if (row === -1) this.#addYoung(value);
    else this.#young.replace(row, value);
  }

  delete(token: string): void {
    if (token.length !== tokenLength || !this.#token.read(token, 0)) return;
    for (const table of [this.#young, this.#old]) {
      const row = table.find(this.#token);
      if (row !== -1) table.remove(row);
    }
  }

  clear(): void {
    this.#young = this.#emptyTable();
    this.#old = this.#emptyTable();
  }

  /** Adds the token that was read last. */
  #addYoung(value: Value): number {
    if (this.#young.size >= this.#most) {
      this.#old = this.#young;
      this.#young = this.#emptyTable();
    }
    return this.#young.add(this.#token, value);
  }

  #emptyTable(): TokenTable<Value> {
    return new TokenTable(this.#most, (words, start) => this.#token.hashOf(words, start));
  }
}
