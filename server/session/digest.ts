import { createHash } from "node:crypto";
import { sessionRevocationKey } from "./revocations.ts";

/**
 * The session in the log: the same in all its lines. From a hash of a hash with a purpose of its own and cut to 48 bits,
 * so that it neither opens the session nor finds its record.
 */
export function sessionDigest(token: string): string {
  return digestOfKey(sessionRevocationKey(token));
}

export function digestOfKey(revocationKey: string): string {
  return createHash("sha256").update(`log ${revocationKey}`).digest("hex").slice(0, 12);
}
