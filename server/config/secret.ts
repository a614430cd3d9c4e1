import { randomBytes } from "node:crypto";
import { checkedString } from "../values/leaves.ts";
import { isPlaceholder } from "../values/placeholder.ts";

/** Placeholders of doorward's own examples, and a sample secret from another tool's documentation. */
const published = [
  /^(replace|change)[-_ ]?(this|me|it)/i,
  /^(your|insert|enter|paste|generate)[-_ ]/i,
  /random bytes/i,
  /^OQINaROshtE9TcZkNAm-5Zs2Pv3xaWytBmc5W7sPX7w=$/,
];

/** 32 random bytes have more different characters than this in any encoding, hex included. */
const fewestCharacters = 8;

/** A new secret: 256 random bits, in characters that need no quoting in a shell or a file. */
export function createSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** One secret. The keys that encrypt sessions and sign-ins in progress derive from it. */
export const secret = checkedString(secretFault);

function secretFault(text: string): string | undefined {
  const fault = weakness(text);
  return fault && `${fault}: run \`doorward secret\` to generate one`;
}

function weakness(text: string): string | undefined {
  if (isPlaceholder(text) || published.some((example) => example.test(text)))
    return "is an example from documentation, so it is publicly known";
  if (Buffer.byteLength(text) < 32) return "is shorter than 32 bytes and could be guessed";
  if (new Set(text).size < fewestCharacters) return "repeats a few characters and could be guessed";
  return undefined;
}
