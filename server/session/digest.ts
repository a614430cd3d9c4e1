import { createHash } from "node:crypto";
import { sessionRevocationKey } from "./revocations.ts";

/**
 * The session in the log: the same in all its lines. From a hash of a hash with a purpose of its own and cut to 48 bits,
 * so that it does not open the session, and finds its record only for a reader of all names in the store. Among 100,000
 * sessions, two have the same with a chance of 1 in 56,000.
 */
export function sessionDigest(token: string): string {
  return digestOfKey(sessionRevocationKey(token));
}

export function digestOfKey(revocationKey: string): string {
  return createHash("sha256").update(`log ${revocationKey}`).digest("hex").slice(0, 12);
}
