import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";

export type Claims = Record<string, unknown>;

/** Created once per test file: a 2048-bit key takes longer than most tests. */
export const issuerKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
/** A key that is not the issuer's. */
export const strangerKey = generateKeyPairSync("rsa", { modulusLength: 2048 });

export const issuerKeyPem = String(issuerKey.publicKey.export({ type: "spki", format: "pem" }));

export function jwkOf(key: KeyObject, kid: string): Claims {
  return { ...key.export({ format: "jwk" }), use: "sig", alg: "RS256", kid };
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** A JWS in compact form (RFC 7515 §7.1), always signed with RS256, independent of `header`. */
export function rs256(header: Claims, claims: Claims, key = issuerKey.privateKey): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}

/** The key confusion attack: a public key, or the client's secret, as the HMAC key. */
export function hs256(claims: Claims, secret: string, kid?: string): string {
  const input = `${part({ alg: "HS256", typ: "JWT", ...(kid && { kid }) })}.${part(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

export function unsigned(alg: string, claims: Claims): string {
  return `${part({ alg, typ: "JWT" })}.${part(claims)}.`;
}
