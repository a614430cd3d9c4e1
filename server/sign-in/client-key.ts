import { createPrivateKey, type KeyObject, type webcrypto } from "node:crypto";
import * as v from "valibot";
import { AuthError } from "../errors.ts";

/** A private key of our client. */
export interface ClientKey {
  readonly key: KeyObject;
  /** The algorithms that it can sign with; the first is the default. */
  readonly algorithms: readonly string[];
  /** The `kid` of a JWK. */
  readonly kid: string | undefined;
}

const kinds = "an RSA key of 2048 bits or more, or one of P-256, P-384, P-521 or Ed25519";

/** Reads a private key in PEM or as a JWK. Its errors never contain the key. */
export function parseClientKey(written: string): ClientKey {
  const { key, kid, alg } = written.trimStart().startsWith("{") ? ofJwk(written) : ofPem(written);
  const possible = algorithmsOf(key);
  if (possible.length === 0) throw new Error(`contains a key of an unsupported type: use ${kinds}`);
  if (alg === undefined) return { key, algorithms: possible, kid };
  if (!possible.includes(alg)) {
    throw new Error(
      `contains a key whose "alg" is ${alg}, which it does not support: use ${possible.join(", ")}`,
    );
  }
  return { key, algorithms: [alg], kid };
}

const jwk = v.looseObject({
  kty: v.string(),
  d: v.exactOptional(v.string()),
  kid: v.exactOptional(v.string()),
  alg: v.exactOptional(v.string()),
});

function ofJwk(written: string): {
  key: KeyObject;
  kid?: string | undefined;
  alg?: string | undefined;
} {
  try {
    const { output, success } = v.safeParse(jwk, JSON.parse(written));
    if (success && output.d !== undefined) {
      const { kid, alg } = output;
      return { key: createPrivateKey({ key: output, format: "jwk" }), kid, alg };
    }
  } catch {
    // The parser's message may quote the text, which is a secret.
  }
  throw new Error("contains no private key as a JWK: it must include the private part, `d`");
}

function ofPem(written: string): { key: KeyObject; kid?: undefined; alg?: undefined } {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(written)) {
    throw new Error(
      "contains a key that is encrypted with a passphrase: decrypt it with `openssl pkey`",
    );
  }
  try {
    return { key: createPrivateKey(written) };
  } catch {
    throw new Error(
      "contains neither a private key in PEM (-----BEGIN PRIVATE KEY-----) nor a JWK",
    );
  }
}

const curves: Readonly<Record<string, string>> = {
  prime256v1: "ES256",
  secp384r1: "ES384",
  secp521r1: "ES512",
};

/** RFC 7518 §3.1 and RFC 8037; RFC 9864 names EdDSA with this curve Ed25519. */
function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string[] {
  const { modulusLength = 0, namedCurve = "" } = asymmetricKeyDetails;
  if (asymmetricKeyType === "rsa" && modulusLength >= 2048) {
    return ["RS256", "PS256", "RS384", "PS384", "RS512", "PS512"];
  }
  if (asymmetricKeyType === "ec") return [curves[namedCurve] ?? []].flat();
  return asymmetricKeyType === "ed25519" ? ["EdDSA", "Ed25519"] : [];
}

/** The key for its first algorithm that the issuer accepts. Throws "client_rejected" if there is none. */
export function signingKey(
  { key, algorithms }: ClientKey,
  taken: readonly string[] = algorithms,
): { algorithm: string; key: webcrypto.CryptoKey } {
  const algorithm = algorithms.find((one) => taken.includes(one));
  if (algorithm === undefined) {
    throw new AuthError(
      "client_rejected",
      `the client's key signs with ${algorithms.join(", ")}, but the issuer accepts only ${taken.join(", ")}`,
    );
  }
  return { algorithm, key: key.toCryptoKey(parametersOf(algorithm), false, ["sign"]) };
}

function parametersOf(algorithm: string) {
  const hash = `SHA-${algorithm.slice(2)}`;
  if (algorithm.startsWith("RS")) return { name: "RSASSA-PKCS1-v1_5", hash };
  if (algorithm.startsWith("PS")) return { name: "RSA-PSS", hash };
  if (!algorithm.startsWith("ES")) return { name: "Ed25519" };
  return { name: "ECDSA", namedCurve: algorithm === "ES512" ? "P-521" : `P-${algorithm.slice(2)}` };
}
