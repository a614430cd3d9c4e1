import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { describe, expect, it } from "vitest";
import { parseSigningKeys, SigningKey } from "../../server/assertion/signing-key.ts";

const pairs = {
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: generateKeyPairSync("ed25519"),
};
const pem = (key: KeyObject, type: "pkcs8" | "sec1" = "pkcs8") =>
  key.export({ type, format: "pem" }).toString();

describe.each(Object.entries(pairs))("a key that signs with %s", (alg, { privateKey }) => {
  const [key] = parseSigningKeys(pem(privateKey));

  it("is published without its private part, under its thumbprint", async () => {
    const { kid } = key.published;

    expect(key.published).toMatchObject({ alg, use: "sig" });
    expect(key.published).not.toHaveProperty("d");
    expect(kid).toBe(await calculateJwkThumbprint(createPublicKey(privateKey)));
  });

  it("signs what another implementation verifies, in as many bytes as it says", async () => {
    for (const sub of ["ada", "ädä", "x".repeat(100), "x".repeat(101), "x".repeat(102)]) {
      const assertion = key.sign({ sub });

      const { payload } = await jwtVerify(assertion, createPublicKey(privateKey));
      expect(payload).toEqual({ sub });
      expect(key.lengthFor(Buffer.byteLength(JSON.stringify({ sub })))).toBe(assertion.length);
    }
  });
});

describe("a PEM text", () => {
  const [ec, ed] = [pairs.ES256.privateKey, pairs.EdDSA.privateKey];

  it("contains several keys, in their order, with other blocks between them", () => {
    const parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

    const keys = parseSigningKeys(`${parameters}${pem(ec, "sec1")}\n# next\n${pem(ed)}`);

    expect(keys.map(({ published }) => published.alg)).toEqual(["ES256", "EdDSA"]);
    expect(keys[0].published.kid).toBe(SigningKey.of(ec)?.published.kid);
  });

  it("contains a key once, although it is written twice: jose refuses a set with one kid twice", async () => {
    const keys = parseSigningKeys(pem(ec) + pem(ed) + pem(ec, "sec1"));

    const kids = keys.map(({ published }) => published.kid);
    expect(kids).toEqual([ec, ed].map((key) => SigningKey.of(key)?.published.kid));
    const set: unknown = JSON.parse(JSON.stringify({ keys: keys.map((key) => key.published) }));
    const { payload } = await jwtVerify(
      keys[0].sign({ sub: "ada" }),
      createLocalJWKSet(set as JSONWebKeySet),
    );
    expect(payload.sub).toBe("ada");
  });

  it.each([
    ["no text", "", "contains no private key in PEM"],
    [
      "a public key",
      pairs.ES256.publicKey.export({ type: "spki", format: "pem" }).toString(),
      "contains no private key in PEM",
    ],
    [
      "an RSA key",
      pem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
      "another type or curve (rsa): use a key of P-256 or Ed25519",
    ],
    [
      "a key of another curve",
      pem(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey),
      "another type or curve (secp256k1)",
    ],
    ["a key for key agreement", pem(generateKeyPairSync("x25519").privateKey), "(x25519)"],
    [
      "a second key of another type",
      pem(ec) + pem(generateKeyPairSync("x448").privateKey),
      "(x448)",
    ],
    [
      "an encrypted key",
      ec
        .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
        .toString(),
      "encrypted with a passphrase",
    ],
    [
      "a damaged key",
      pem(ec).replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA"),
      "that OpenSSL cannot read",
    ],
  ])("is refused if it is %s, and no message contains it", (_, text, fault) => {
    const message = (() => {
      try {
        parseSigningKeys(text);
      } catch (error) {
        return String(error);
      }
      return "";
    })();

    expect(message).toContain(fault);
    expect(text.split("\n").filter((line) => line.length > 20 && message.includes(line))).toEqual(
      [],
    );
  });
});
