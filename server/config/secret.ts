import { randomBytes } from "node:crypto";
import * as v from "valibot";

const howToMake = "run `doorward secret` to generate one";

/** Placeholders of doorward's own examples, and a sample secret from another tool's documentation. */
const published = [
  /^(replace|change)[-_ ]?(this|me|it)/i,
  /random bytes/i,
  /^OQINaROshtE9TcZkNAm-5Zs2Pv3xaWytBmc5W7sPX7w=$/,
];

/** A new secret: 256 random bits, in characters that need no quoting in a shell or a file. */
export function createSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** One secret. The keys that encrypt sessions and sign-ins in progress derive from it. */
export const secret = v.pipe(
  v.string(),
  v.check(
    (text) => Buffer.byteLength(text) >= 32,
    `is shorter than 32 bytes and could be guessed: ${howToMake}`,
  ),
  v.check(
    (text) => !published.some((example) => example.test(text)),
    `is an example from documentation, so it is publicly known: ${howToMake}`,
  ),
);
