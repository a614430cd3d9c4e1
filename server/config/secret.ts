import { randomBytes } from "node:crypto";
import * as v from "valibot";

const howToMake = "`doorward secret` prints one";

/** What our own examples write in the place of a secret, and a sample that peers published. */
const published = [
  /^(replace|change)[-_ ]?(this|me|it)/i,
  /random bytes/i,
  /^OQINaROshtE9TcZkNAm-5Zs2Pv3xaWytBmc5W7sPX7w=$/,
];

/** A fresh one: 256 random bits, as text that survives every shell and file format. */
export function createSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** One secret. From it come the keys that seal sessions and sign-ins in progress. */
export const secret = v.pipe(
  v.string(),
  v.check(
    (text) => Buffer.byteLength(text) >= 32,
    `is shorter than 32 bytes and could be guessed: ${howToMake}`,
  ),
  v.check(
    (text) => !published.some((example) => example.test(text)),
    `stands in documentation, so everybody knows it: ${howToMake}`,
  ),
);
