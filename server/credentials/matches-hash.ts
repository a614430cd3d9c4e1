import { argon2Sync, timingSafeEqual } from "node:crypto";
import { compareSync } from "bcryptjs";
import type { PasswordHash } from "./password-hash.ts";

/**
 * Whether a password matches a hash. It takes the calling thread for the whole computation: the asynchronous forms
 * would use the four threads that all file reads of the process share.
 */
export function matchesHash(password: string, hash: PasswordHash): boolean {
  if (hash.kind === "bcrypt") return compareSync(password, hash.written);
  const { memory, passes, parallelism } = hash;
  const [nonce, tag] = [Buffer.from(hash.nonce, "base64"), Buffer.from(hash.tag, "base64")];
  const parameters = { message: password, nonce, memory, passes, parallelism };
  return timingSafeEqual(argon2Sync("argon2id", { ...parameters, tagLength: tag.length }), tag);
}
