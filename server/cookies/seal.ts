import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/** A key for one purpose (HKDF, RFC 5869). If only the browser holds the salt, the secret alone decrypts nothing. */
export function deriveKey(secret: string, salt: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, `doorward ${purpose}`, 32));
}

/** Encrypts and authenticates. `context` binds the text to its purpose and key, so it opens in no other place. */
export function seal(key: Buffer, context: string, plaintext: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(context));
  const sealed = [iv, cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString("base64url");
}

/** The plaintext; undefined if a bit, the key or the context differs. */
export function open(key: Buffer, context: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  // Node decodes base64url leniently: reject every spelling except the one that `seal` returned.
  if (bytes.length < ivBytes + tagBytes || bytes.toString("base64url") !== sealed) return undefined;
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-tagBytes));
  const text = decipher.update(bytes.subarray(ivBytes, -tagBytes));
  try {
    return Buffer.concat([text, decipher.final()]).toString("utf8");
  } catch {
    return undefined; // another key, or changed in transit
  }
}
