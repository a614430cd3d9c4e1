import { generateKeyPairSync } from "node:crypto";
import * as v from "valibot";
import { parseSigningKeys, SigningKey } from "./signing-key.ts";

const dayMs = 86_400_000;
/** How long a key signs. The next one is published all this time, so apps have it long before it signs. */
export const periodMs = 30 * dayMs;
/** How long a key stays published after it has signed: far longer than an assertion and than an app's cache of the set. */
const keptMs = dayMs;

/** A key and when it begins to sign, in milliseconds since the epoch. The next key ends it. */
interface TimedKey {
  readonly key: SigningKey;
  readonly signsFrom: number;
}

/** The published keys, by the time they begin to sign: the one that signs, the next one, and maybe the last one. */
export type KeyList = readonly [TimedKey, ...TimedKey[]];

const record = v.object({
  keys: v.array(v.object({ pem: v.string(), signsFrom: v.number() })),
});

export function writeKeyList(keys: KeyList): string {
  const written = keys.map(({ key, signsFrom }) => ({ pem: key.pem, signsFrom }));
  return JSON.stringify({ keys: written } satisfies v.InferOutput<typeof record>);
}

/** Parses what `writeKeyList` returned. Throws if it is anything else, without quoting the keys. */
export function parseKeyList(written: string): KeyList {
  const { success, output } = v.safeParse(record, jsonOf(written));
  const keys = success ? output.keys : [];
  const [first, ...others] = keys.map(({ pem, signsFrom }): TimedKey => {
    const [key] = parseSigningKeys(pem);
    return { key, signsFrom };
  });
  if (first === undefined)
    throw new Error(
      "the record of the keys of assertions has another format: was it written by another version?",
    );
  return [first, ...others];
}

/** The parser's own message would quote the text. */
function jsonOf(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}

/** One key that signs at once, and the next one. */
export function firstKeyList(now: number): KeyList {
  return [newKey(now), newKey(now + periodMs)];
}

/** The list once its next key signs: with another next key, and without keys that ended long ago; undefined = no change. */
export function rotatedKeyList(keys: KeyList, now: number): KeyList | undefined {
  const last = keys.at(-1) ?? keys[0];
  const isDue = last.signsFrom <= now;
  // Of a doorward that was stopped for months, the new key too is published for a whole period.
  const added = isDue ? [...keys, newKey(now + periodMs)] : keys;
  const [first, ...others] = added.filter((_, index) => {
    const successor = added[index + 1];
    return successor === undefined || successor.signsFrom + keptMs > now;
  });
  const isChanged = isDue || others.length + 1 < keys.length;
  return isChanged && first !== undefined ? [first, ...others] : undefined;
}

/** The key that signs now. With a clock behind that of the doorward that made the keys, the first one. */
export function signerAt(keys: KeyList, now: number): SigningKey {
  const begun = keys.findLast(({ signsFrom }) => signsFrom <= now);
  return (begun ?? keys[0]).key;
}

/** ES256, which every JWT library supports. */
function newKey(signsFrom: number): TimedKey {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = SigningKey.of(privateKey);
  if (key === undefined) throw new Error("OpenSSL made no key of P-256");
  return { key, signsFrom };
}
