import { tokenWords, type PackedToken } from "./packed-token.ts";

/** The words of a row: a token, one that is not used, and two times. It is one cache line of the processor. */
const rowWords = 16;
const rowTimes = rowWords / 2;
const [sinceTime, untilTime] = [6, 7];
/** The bits of a slot that contain the number of its row; the others are those of the token's hash. */
const rowMask = 2 ** 20 - 1;
/** The most rows that a slot can number. */
const mostRows = rowMask - 1;
const firstSlots = 512;

/**
 * Values by token: a hash table with open addressing. The rows are one block of memory without objects, because a lookup
 * among tens of thousands of sessions costs as much time as the number of distant places that it reads. Only tokens that
 * doorward has made are added, so that they are random and no visitor can choose their places.
 */
export class TokenTable<Value> {
  readonly #hashOf: PackedToken["hashOf"];
  /** 0 = empty; otherwise the number of a row, from 1 on. At most half of them are in use. */
  #slots = new Int32Array(firstSlots);
  /** Of full size from the start: the system provides a page of it when a row there is first written. */
  readonly #words: Int32Array;
  /** The same memory. */
  readonly #times: Float64Array;
  readonly #values: Value[] = [];

  /** A table of at most this many tokens. */
  constructor(most: number, hashOf: PackedToken["hashOf"]) {
    if (most > mostRows) throw new RangeError(`a table of tokens has at most ${mostRows} rows`);
    this.#hashOf = hashOf;
    this.#words = new Int32Array(most * rowWords);
    this.#times = new Float64Array(this.#words.buffer);
  }

  get size(): number {
    return this.#values.length;
  }

  /** The row of a token, until the next change of the table; -1 = none. */
  find({ words, hash }: PackedToken): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    for (let place = hash & last; ; place = (place + 1) & last) {
      const slot = slots[place] as number;
      if (slot === 0) return -1;
      const row = (slot & rowMask) - 1;
      if (((slot ^ hash) & ~rowMask) === 0 && this.#has(row, words)) return row;
    }
  }

  valueAt(row: number): Value {
    return this.#values[row] as Value;
  }

  /** Replaces the value, which is not fresh then. */
  replace(row: number, value: Value): void {
    this.#values[row] = value;
    this.setFresh(row, 0, 0);
  }

  isFresh(row: number, time: number): boolean {
    const start = row * rowTimes;
    return (
      time >= (this.#times[start + sinceTime] as number) &&
      time < (this.#times[start + untilTime] as number)
    );
  }

  setFresh(row: number, since: number, until: number): void {
    this.#times[row * rowTimes + sinceTime] = since;
    this.#times[row * rowTimes + untilTime] = until;
  }

  /** Adds a token that the table does not have. Throws if the table is full. */
  add({ words, hash }: PackedToken, value: Value): number {
    const row = this.size;
    if (row * rowWords === this.#words.length) throw new RangeError("the table of tokens is full");
    if (row * 2 === this.#slots.length) this.#grow();
    this.#words.set(words, row * rowWords);
    this.#values.push(value);
    this.setFresh(row, 0, 0);
    this.#insert(row, hash);
    return row;
  }

  remove(row: number): void {
    this.#empty(this.#placeOf(row));
    const last = this.size - 1;
    if (row !== last) {
      const place = this.#placeOf(last);
      this.#slots[place] = ((this.#slots[place] as number) & ~rowMask) | (row + 1);
      this.#words.copyWithin(row * rowWords, last * rowWords, (last + 1) * rowWords);
      this.#values[row] = this.valueAt(last);
    }
    this.#values.pop();
  }

  /** Compares all words, so that the time does not depend on how many are equal. */
  #has(row: number, words: Int32Array): boolean {
    const start = row * rowWords;
    let difference = 0;
    for (let index = 0; index < tokenWords; index++)
      difference |= (this.#words[start + index] as number) ^ (words[index] as number);
    return difference === 0;
  }

  #insert(row: number, hash: number): void {
    const last = this.#slots.length - 1;
    let place = hash & last;
    while (this.#slots[place] !== 0) place = (place + 1) & last;
    this.#slots[place] = (hash & ~rowMask) | (row + 1);
  }

  #hashAt(row: number): number {
    return this.#hashOf(this.#words, row * rowWords);
  }

  #placeOf(row: number): number {
    const last = this.#slots.length - 1;
    let place = this.#hashAt(row) & last;
    while (((this.#slots[place] as number) & rowMask) - 1 !== row) place = (place + 1) & last;
    return place;
  }

  /** Empties a slot, and moves those after it that a search would no longer reach. */
  #empty(place: number): void {
    const slots = this.#slots;
    const last = slots.length - 1;
    let hole = place;
    for (let next = (hole + 1) & last; slots[next] !== 0; next = (next + 1) & last) {
      const slot = slots[next] as number;
      const home = this.#hashAt((slot & rowMask) - 1) & last;
      if (((next - home) & last) < ((next - hole) & last)) continue;
      slots[hole] = slot;
      hole = next;
    }
    slots[hole] = 0;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let row = 0; row < this.size; row++) this.#insert(row, this.#hashAt(row));
  }
}
