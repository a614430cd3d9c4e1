import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseAssertion } from "../../server/sign-in/client-assertion.ts";
import { parseClientKey, signingKey } from "../../server/sign-in/client-key.ts";

const keys = {
  rsa: generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey,
  shortRsa: generateKeyPairSync("rsa", { modulusLength: 1_024 }).privateKey,
  p256: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
  p384: generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
  p521: generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
  ed25519: generateKeyPairSync("ed25519").privateKey,
  ed448: generateKeyPairSync("ed448").privateKey,
  secp256k1: generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey,
  x25519: generateKeyPairSync("x25519").privateKey,
};
const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
const jwk = (key: KeyObject, more: object = {}) =>
  JSON.stringify({ ...key.export({ format: "jwk" }), ...more });

const ofRsa = ["RS256", "PS256", "RS384", "PS384", "RS512", "PS512"];

describe("a client's key", () => {
  it.each([
    ["rsa", ofRsa],
    ["p256", ["ES256"]],
    ["p384", ["ES384"]],
    ["p521", ["ES512"]],
    ["ed25519", ["EdDSA", "Ed25519"]],
  ] as const)("of the kind %s signs with %j, as PEM and as a JWK", (kind, algorithms) => {
    const fromPem = parseClientKey(pem(keys[kind]));
    const fromJwk = parseClientKey(` ${jwk(keys[kind], { kid: "k-1", alg: algorithms.at(-1) })}`);

    expect([fromPem.algorithms, fromPem.kid]).toEqual([algorithms, undefined]);
    expect([fromJwk.algorithms, fromJwk.kid]).toEqual([[algorithms.at(-1)], "k-1"]);
    expect(fromPem.key.equals(keys[kind])).toBe(true);
    expect(fromJwk.key.equals(keys[kind])).toBe(true);
    expect(parseClientKey(jwk(keys[kind])).algorithms).toEqual(algorithms);
  });

  it.each(["shortRsa", "ed448", "secp256k1", "x25519"] as const)(
    "of the kind %s is refused",
    (kind) => {
      expect(() => parseClientKey(pem(keys[kind]))).toThrow(
        "contains a key of an unsupported type: use an RSA key of 2048 bits or more, or one of P-256",
      );
    },
  );

  it.each([
    [jwk(keys.p256, { alg: "RS256" }), /"alg" is RS256, which it does not support: use ES256$/],
    [jwk(keys.p256, { d: undefined }), /no private key as a JWK: it must include .* `d`$/],
    [jwk(keys.p256, { d: "x" }), /no private key as a JWK/],
    ['{"kty":"EC","d":1}', /no private key as a JWK/],
    ["{", /no private key as a JWK/],
    ["-----BEGIN ENCRYPTED PRIVATE KEY-----\nx", /encrypted with a passphrase: decrypt it with/],
    ["-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED", /encrypted with a passphrase/],
    ["-----BEGIN PRIVATE KEY-----\nx", /neither a private key in PEM \(-----BEGIN PRIVATE/],
    ["", /neither a private key in PEM/],
  ])("is refused with the fault (%#)", (written, fault) => {
    expect(() => parseClientKey(written)).toThrow(fault);
  });

  it.each([
    ["rsa", "RS256", { name: "RSASSA-PKCS1-v1_5", hash: { name: "SHA-256" } }],
    ["rsa", "PS384", { name: "RSA-PSS", hash: { name: "SHA-384" } }],
    ["rsa", "RS512", { name: "RSASSA-PKCS1-v1_5", hash: { name: "SHA-512" } }],
    ["p256", "ES256", { name: "ECDSA", namedCurve: "P-256" }],
    ["p384", "ES384", { name: "ECDSA", namedCurve: "P-384" }],
    ["p521", "ES512", { name: "ECDSA", namedCurve: "P-521" }],
    ["ed25519", "EdDSA", { name: "Ed25519" }],
    ["ed25519", "Ed25519", { name: "Ed25519" }],
  ] as const)(
    "of the kind %s signs with %s if the issuer accepts that",
    (kind, taken, parameters) => {
      const { algorithm, key } = signingKey(parseClientKey(pem(keys[kind])), ["none", taken]);

      expect(algorithm).toBe(taken);
      expect(key.algorithm).toMatchObject(parameters);
      expect([key.usages, key.extractable]).toEqual([["sign"], false]);
    },
  );

  it("signs with its first algorithm if the issuer does not say which it accepts", () => {
    expect(signingKey(parseClientKey(pem(keys.rsa))).algorithm).toBe("RS256");
    expect(signingKey(parseClientKey(pem(keys.rsa)), ["PS512", "PS256"]).algorithm).toBe("PS256");
  });

  it("is refused with every algorithm that it has", () => {
    expect(() => signingKey(parseClientKey(pem(keys.ed25519)), ["RS256"])).toThrow(
      "the client's key signs with EdDSA, Ed25519, but the issuer accepts only RS256",
    );
    expect(() => parseClientKey(jwk(keys.ed25519, { alg: "ES256" }))).toThrow("use EdDSA, Ed25519");
  });

  it("is refused if the issuer accepts none of its algorithms", () => {
    const fault = {
      code: "client_rejected",
      message: "the client's key signs with ES256, but the issuer accepts only RS256, PS256",
    };

    expect(() => signingKey(parseClientKey(pem(keys.p256)), ["RS256", "PS256"])).toThrow(
      expect.objectContaining(fault),
    );
  });
});

describe("an assertion in a file", () => {
  const token = (payload: unknown, signature = ".s") =>
    `h.${Buffer.from(JSON.stringify(payload)).toString("base64url")}${signature}`;
  const seconds = Math.floor(Date.now() / 1000);

  it.each([token({ exp: seconds + 60 }), token({}), token({ exp: "x" })])(
    "is sent without the space around it (%#)",
    (written) => {
      expect(parseAssertion(`\n${written} \n`)).toBe(written);
    },
  );

  it("that expired is refused, without the token in the message", () => {
    const written = token({ exp: 1_700_000_000 });

    expect(() => parseAssertion(written)).toThrow(
      /^contains a token that expired on 2023-11-14T22:13:20.000Z: renew it$/,
    );
  });

  it.each(["", "x", "x.y", token({ exp: seconds + 60 }, ""), token(null), token("x"), "h.*.s"])(
    "that is no signed token is refused (%#)",
    (written) => {
      expect(() => parseAssertion(written)).toThrow(/^does not contain a signed token \(a JWT\)$/);
    },
  );
});
