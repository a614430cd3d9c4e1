import { randomBytes } from "node:crypto";

/** 256 bits in base64url. */
export const tokenLength = 43;
/** Four characters each. */
export const tokenWords = 11;
const wholeWords = 10;

/**
 * A token as numbers, read from the text that contains it. As a string of its own it would be copied, hashed and compared
 * for every request.
 */
export class PackedToken {
  readonly words = new Int32Array(tokenWords);
  hash = 0;
  /** Random, so that no visitor can know which tokens share a place in a table. */
  readonly #seed = randomBytes(4).readInt32LE();

  /** Reads the token that begins there. False if there is none: too short, or not Latin-1. */
  read(text: string, start: number): boolean {
    if (text.length - start < tokenLength) return false;
    const { words } = this;
    let at = start;
    let all = 0;
    for (let index = 0; index < wholeWords; index++) {
      const [one, two] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
      const [three, four] = [text.charCodeAt(at + 2), text.charCodeAt(at + 3)];
      all |= one | two | three | four;
      words[index] = one | (two << 8) | (three << 16) | (four << 24);
      at += 4;
    }
    const [one, two, three] = [
      text.charCodeAt(at),
      text.charCodeAt(at + 1),
      text.charCodeAt(at + 2),
    ];
    words[wholeWords] = one | (two << 8) | (three << 16);
    this.hash = this.hashOf(words, 0);
    // Two different texts must not have the same words.
    return (all | one | two | three) <= 0xff;
  }

  /** The hash of the token whose words begin there. Its first 48 bits are enough: tokens are random. */
  hashOf(words: Int32Array, start: number): number {
    let hash = Math.imul((words[start] as number) ^ this.#seed, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ (words[start + 1] as number), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }
}
