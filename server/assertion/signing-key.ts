import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import * as v from "valibot";

/** A public key of the set that apps verify assertions with (RFC 7517 §4). */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string | undefined;
  readonly kid: string;
  readonly alg: "ES256" | "EdDSA";
  readonly use: "sig";
}

const exported = v.object({
  kty: v.string(),
  crv: v.string(),
  x: v.string(),
  y: v.optional(v.string()),
});

/** A private key of P-256 or Ed25519. */
export class SigningKey {
  readonly published: PublicKey;
  readonly #key: KeyObject;
  /** The encoded header and its dot. It is the same in all assertions of a key. */
  readonly #header: string;

  private constructor(key: KeyObject, alg: PublicKey["alg"]) {
    this.#key = key;
    const { kty, crv, x, y } = v.parse(exported, createPublicKey(key).export({ format: "jwk" }));
    const kid = thumbprint({ crv, kty, x, y });
    this.published = { kty, crv, x, ...(y === undefined ? {} : { y }), kid, alg, use: "sig" };
    this.#header = `${encoded({ alg, typ: "JWT", kid })}.`;
  }

  /** undefined = a key of another type. */
  static of(key: KeyObject): SigningKey | undefined {
    const { asymmetricKeyType, asymmetricKeyDetails } = key;
    if (asymmetricKeyType === "ed25519") return new SigningKey(key, "EdDSA");
    const isP256 = asymmetricKeyDetails?.namedCurve === "prime256v1";
    return asymmetricKeyType === "ec" && isP256 ? new SigningKey(key, "ES256") : undefined;
  }

  /** In PEM, to keep it in the store. */
  get pem(): string {
    return this.#key.export({ type: "pkcs8", format: "pem" }).toString();
  }

  /** The length of an assertion with a payload of this many bytes. */
  lengthFor(payloadBytes: number): number {
    return this.#header.length + base64Length(payloadBytes) + 1 + base64Length(signatureBytes);
  }

  /** A JWT in its compact form (RFC 7515 §7.1). Synchronous, so that no request waits for another. */
  sign(claims: object): string {
    const input = this.#header + encoded(claims);
    return `${input}.${this.#signature(Buffer.from(input)).toString("base64url")}`;
  }

  /** RFC 7518 §3.4: both numbers at full length, without DER. */
  #signature(input: Buffer): Buffer {
    return this.published.alg === "EdDSA"
      ? sign(null, input, this.#key)
      : sign("sha256", input, { key: this.#key, dsaEncoding: "ieee-p1363" });
  }
}

/** Of both algorithms. */
const signatureBytes = 64;

function base64Length(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** RFC 7638 §3: the required members in the order of their names. JSON leaves out the `y` that Ed25519 lacks. */
function thumbprint({ crv, kty, x, y }: v.InferOutput<typeof exported>): string {
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}

const kinds = "use a key of P-256 or Ed25519, as `openssl genpkey -algorithm ed25519` makes it";

/** The private keys of a PEM text, at least one, each once. Throws an error that contains nothing of it. */
export function parseSigningKeys(pem: string): readonly [SigningKey, ...SigningKey[]] {
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(pem))
    throw new Error(
      "contains a key that is encrypted with a passphrase: decrypt it with `openssl pkey`",
    );
  // `openssl ecparam` writes a block of parameters before the key.
  const blocks = pem.match(/-----BEGIN ([A-Z ]*)PRIVATE KEY-----[^-]+-----END \1PRIVATE KEY-----/g);
  const keys = (blocks ?? []).map(parseBlock);
  // RFC 7517 §4.5: each kid of a set is another key's. Some libraries verify nothing with a set that repeats one.
  const [first, ...others] = new Map(keys.map((key) => [key.published.kid, key])).values();
  if (first === undefined) throw new Error(`contains no private key in PEM: ${kinds}`);
  return [first, ...others];
}

function parseBlock(block: string): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(block);
  } catch {
    // OpenSSL's message is not about the text that an operator sees.
    throw new Error(`contains a private key that OpenSSL cannot read: ${kinds}`);
  }
  const parsed = SigningKey.of(key);
  if (parsed === undefined)
    throw new Error(`contains a key of another type or curve (${nameOf(key)}): ${kinds}`);
  return parsed;
}

function nameOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  return asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType ?? "secret";
}
