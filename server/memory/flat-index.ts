/** Of a slot: the hash, the number, and the place of the entry from 1 on (0 = empty). A fourth one aligns it. */
const slotWords = 4;
const [hashWord, numberWord, placeWord] = [0, 1, 2];
const firstSlots = 16;

/**
 * Values by a number and a text, for a set that is complete before the first lookup: a hash table with open addressing
 * in a few long arrays. With a map for each number, a lookup would read more places of memory, which with a thousand
 * hosts are not in the processor's cache. A lookup stores nothing and compares the whole text.
 */
export class FlatIndex<Value> {
  readonly #texts: string[] = [];
  readonly #values: Value[] = [];
  /** Equal texts are held once. */
  readonly #known = new Map<string, string>();
  /** At most half of them are in use. */
  #slots = new Int32Array(firstSlots * slotWords);
  /** A visitor's longer text is not hashed. */
  #longest = 0;

  /** Adds a value; of several for the same number and text, the last one counts. */
  set(number: number, written: string, value: Value): void {
    const text = this.#known.get(written) ?? written;
    this.#known.set(text, text);
    this.#longest = Math.max(this.#longest, text.length);
    const place = this.#find(number, text);
    if (place !== -1) {
      this.#values[place] = value;
      return;
    }
    this.#texts.push(text);
    this.#values.push(value);
    if (this.#values.length * 2 * slotWords > this.#slots.length) this.#grow();
    this.#insert(hashOf(number, text), number, this.#values.length);
  }

  get(number: number, text: string): Value | undefined {
    const place = this.#find(number, text);
    return place === -1 ? undefined : this.#values[place];
  }

  #find(number: number, text: string): number {
    if (text.length > this.#longest) return -1;
    const slots = this.#slots;
    const last = slots.length / slotWords - 1;
    const hash = hashOf(number, text);
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const at = slot * slotWords;
      const place = (slots[at + placeWord] as number) - 1;
      if (place === -1) return -1;
      const isAlike = slots[at + hashWord] === hash && slots[at + numberWord] === number;
      if (isAlike && this.#texts[place] === text) return place;
    }
  }

  #insert(hash: number, number: number, place: number): void {
    const slots = this.#slots;
    const last = slots.length / slotWords - 1;
    let slot = hash & last;
    while (slots[slot * slotWords + placeWord] !== 0) slot = (slot + 1) & last;
    slots.set([hash, number, place], slot * slotWords);
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Int32Array(before.length * 2);
    for (let at = 0; at < before.length; at += slotWords) {
      const [hash = 0, number = 0, place = 0] = before.subarray(at, at + slotWords);
      if (place !== 0) this.#insert(hash, number, place);
    }
  }
}

function hashOf(number: number, text: string): number {
  let hash = Math.imul(number + 1, 0x9e3779b1);
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 15);
}
