import { createHmac, timingSafeEqual } from "node:crypto";
import { deriveKey } from "../cookies/seal.ts";
import type { ShownRecord } from "./record.ts";

type Signed = Pick<ShownRecord, "identity" | "createdAt">;

/**
 * The part of a link by which a visitor signs out everywhere. Only the visitor's own page has it, so that no other page can
 * have a browser do that. It belongs to one session, and opens nothing.
 */
export function everywhereProof(secret: string, { identity, createdAt }: Signed): string {
  const key = deriveKey(secret, "", "sign out everywhere");
  const session = JSON.stringify([identity.issuer, identity.subject, createdAt]);
  return createHmac("sha256", key).update(session).digest("base64url");
}

export function isEverywhereProof(
  secrets: readonly string[],
  session: Signed,
  given: string,
): boolean {
  const bytes = Buffer.from(given);
  return secrets.some((secret) => {
    const proof = Buffer.from(everywhereProof(secret, session));
    return proof.length === bytes.length && timingSafeEqual(proof, bytes);
  });
}
