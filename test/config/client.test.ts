import { generateKeyPairSync, randomUUID, type KeyObject } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../server/config/faults.ts";
import { checkConfig } from "../../server/config/load.ts";
import { check } from "../../server/check/check.ts";
import { createCertificate } from "../peers/tls.ts";
import { configOf, startDoorward, testSecret } from "../peers/doorward.ts";
import { startIssuer } from "../../demo/issuer.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-client-"));
const good = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });

function file(text: string): string {
  const path = join(folder, randomUUID());
  writeFileSync(path, text);
  return path;
}

const pem = (key: KeyObject) => String(key.export({ type: "pkcs8", format: "pem" }));
const key = file(pem(good));
const at = (name: string) => join(folder, name);

const company = { type: "oidc", issuer: "https://id.example.com", clientId: "door" };

function raw(provider: Record<string, unknown>) {
  return {
    url: "https://auth.example.com",
    secret: testSecret,
    storage: { driver: "memory" },
    providers: { company: { ...company, ...provider } },
    access: { anyone: true },
  };
}

function faultsOf(provider: Record<string, unknown>, environment: Record<string, string> = {}) {
  try {
    checkConfig("test", raw(provider), environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe("client authentication", () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ["a secret", { clientSecret: "s" }, []],
    ["no credential", {}, []],
    ["a key", { clientKeyFile: key, clientKeyId: "one" }, []],
    ["a token file", { clientAssertionFile: key }, []],
    ["a certificate", { clientCertificateFile: key, clientKeyFile: key }, []],
    [
      "a secret and a key",
      { clientSecret: "s", clientKeyFile: key },
      [
        "providers.company.clientKeyFile: cannot be combined with clientSecret, because a client uses one authentication method: keep one of them",
      ],
    ],
    [
      "a key and a token file",
      { clientAssertionFile: key, clientKeyFile: key },
      [
        "providers.company.clientKeyFile: cannot be combined with clientAssertionFile, because a client uses one authentication method: keep one of them",
      ],
    ],
    [
      "only the id of a key",
      { clientKeyId: "one" },
      ["providers.company.clientKeyFile: is missing: private_key_jwt requires it"],
    ],
    [
      "a certificate without its key",
      { clientCertificateFile: key },
      ["providers.company.clientKeyFile: is missing: clientCertificateFile requires it"],
    ],
    [
      "a method without its setting",
      { clientAuthentication: "client_assertion" },
      ["providers.company.clientAssertionFile: is missing: client_assertion requires it"],
    ],
    [
      "a method and a setting of another method",
      { clientAuthentication: "none", clientSecret: "s" },
      [
        "providers.company.clientSecret: cannot be combined with none, because a client uses one authentication method: keep one of them",
      ],
    ],
    [
      "a team id at a provider without teams",
      { clientKeyFile: key, clientTeamId: "TEAM" },
      [
        "providers.company.clientTeamId: cannot be combined with clientKeyFile, because a client uses one authentication method: keep one of them",
      ],
    ],
    [
      "a certificate over plain http",
      { issuer: "http://127.0.0.1:1", clientCertificateFile: key, clientKeyFile: key },
      ["providers.company.issuer: uses http, but a client certificate requires https"],
    ],
    [
      "Apple's key without its ids",
      { type: "apple", issuer: undefined, clientKeyFile: key },
      [
        "providers.company.clientKeyId: is missing: the client secret generated from a key requires it",
        "providers.company.clientTeamId: is missing: the client secret generated from a key requires it",
      ],
    ],
    [
      "a method that Apple does not support",
      {
        type: "apple",
        issuer: undefined,
        clientAuthentication: "private_key_jwt",
        clientKeyFile: key,
      },
      [
        'providers.company.clientAuthentication: "private_key_jwt" is not supported by this provider: use one of client_secret_post, client_secret_basic',
      ],
    ],
  ])("with %s is accepted, or rejected with the place and the fix", (_, provider, expected) => {
    expect(faultsOf(provider)).toEqual(expected);
  });

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ["in the file", { clientKeyFile: pem(good) }, {}],
    ["as a JWK in the file", { clientKeyFile: good.export({ format: "jwk" }) }, {}],
    ["by environment", {}, { DOORWARD_PROVIDERS_COMPANY_CLIENT_KEY_FILE: pem(good) }],
    [
      "as a JWK by environment",
      {},
      {
        DOORWARD_PROVIDERS_COMPANY_CLIENT_KEY_FILE: JSON.stringify(good.export({ format: "jwk" })),
      },
    ],
  ])("rejects a key %s in place of its path, without showing it", (_, provider, environment) => {
    const [fault = "", ...more] = faultsOf(provider, environment);
    const { d = "" } = good.export({ format: "jwk" });

    expect(more).toEqual([]);
    expect(fault).toContain("clientKeyFile");
    expect(fault).not.toContain("PRIVATE KEY-----\n");
    expect(fault).not.toContain(d);
  });

  it("is configurable by environment, setting by setting", () => {
    const { providers } = checkConfig("test", raw({}), {
      DOORWARD_PROVIDERS_COMPANY_CLIENT_KEY_FILE: key,
      DOORWARD_PROVIDERS_COMPANY_CLIENT_KEY_ID: "one",
      DOORWARD_PROVIDERS_COMPANY_CLIENT_ASSERTION_AUDIENCE: "token_endpoint",
    });

    expect(providers.company).toMatchObject({
      clientKeyFile: key,
      clientKeyId: "one",
      clientAssertionAudience: "token_endpoint",
    });
  });
});

function token(exp: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part({ exp })}.c2lnbmF0dXJl`;
}

/** A certificate whose end lies before its start. */
function expiredCertificate(): Record<string, string> {
  const usual = "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=old";
  const signed = `x509 -req -days -1 -in ${at("old.csr")} -signkey ${at("old.key")} -out ${at("old.pem")}`;
  for (const made of [`${usual} -out ${at("old.csr")} -keyout ${at("old.key")}`, signed])
    execFileSync("openssl", made.split(" "), { stdio: "pipe" });
  return { clientCertificateFile: at("old.pem"), clientKeyFile: at("old.key") };
}

describe("a file for client authentication", () => {
  createCertificate(at("door"), ["door.example.com"]);
  const { d: _private, ...publicJwk } = good.export({ format: "jwk" });
  const encrypted = String(
    good.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }),
  );
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;

  it.each<[string, string, Record<string, unknown>, string]>([
    ["is missing", "clientKeyFile", { clientKeyFile: at("nowhere") }, "cannot be read: ENOENT"],
    ["is a folder", "clientKeyFile", { clientKeyFile: folder }, "cannot be read: EISDIR"],
    ["is empty", "clientKeyFile", { clientKeyFile: file("") }, "neither a private key in PEM"],
    [
      "is not a key",
      "clientKeyFile",
      { clientKeyFile: file("hello") },
      "neither a private key in PEM",
    ],
    [
      "is not a JWK",
      "clientKeyFile",
      { clientKeyFile: file('{"kty":') },
      "no private key as a JWK",
    ],
    [
      "is a public JWK",
      "clientKeyFile",
      { clientKeyFile: file(JSON.stringify(publicJwk)) },
      "no private key as a JWK",
    ],
    [
      "is a public key",
      "clientKeyFile",
      { clientKeyFile: file(String(rsa.publicKey.export({ type: "spki", format: "pem" }))) },
      "neither a private key in PEM",
    ],
    [
      "has a passphrase",
      "clientKeyFile",
      { clientKeyFile: file(encrypted) },
      "encrypted with a passphrase",
    ],
    ["is too weak", "clientKeyFile", { clientKeyFile: file(pem(small)) }, "of an unsupported type"],
    [
      "has a curve that cannot sign",
      "clientKeyFile",
      { clientKeyFile: file(pem(generateKeyPairSync("x25519").privateKey)) },
      "of an unsupported type",
    ],
    [
      "is a JWK with an algorithm of another key type",
      "clientKeyFile",
      { clientKeyFile: file(JSON.stringify({ ...good.export({ format: "jwk" }), alg: "RS256" })) },
      '"alg" is RS256',
    ],
    [
      "has another key type than Apple accepts",
      "clientKeyFile",
      {
        type: "apple",
        clientKeyFile: file(pem(rsa.privateKey)),
        clientKeyId: "K",
        clientTeamId: "T",
      },
      "the issuer accepts only ES256",
    ],
    [
      "is not a token",
      "clientAssertionFile",
      { clientAssertionFile: file("x.y") },
      "does not contain a signed token",
    ],
    [
      "is an expired token",
      "clientAssertionFile",
      { clientAssertionFile: file(token(Date.now() / 1000 - 86_400)) },
      "expired on",
    ],
    [
      "is not a certificate",
      "clientCertificateFile",
      { clientCertificateFile: key, clientKeyFile: key },
      "no certificate in PEM",
    ],
    [
      "is a certificate of another key",
      "clientCertificateFile",
      { clientCertificateFile: at("door.pem"), clientKeyFile: key },
      "does not match clientKeyFile",
    ],
    ["is an expired certificate", "clientCertificateFile", expiredCertificate(), "expired on 20"],
  ])("that %s stops the start with a message", async (_, option, provider, words) => {
    const config = configOf(raw(provider));

    const failure = await startDoorward(config).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(ConfigError);
    const message = String(failure);
    expect(message).toContain(`providers.company.${option}: ${String(provider[option])} `);
    expect(message).toContain(words);
    expect(message).not.toContain(pem(good).split("\n")[1]);
  });

  it("is reported together with all other faulty files", async () => {
    const provider = { ...company, clientKeyFile: at("nowhere") };
    const config = configOf({ ...raw({}), providers: { company: provider, other: provider } });

    await expect(startDoorward(config)).rejects.toThrow(/providers\.company.*\n.*providers\.other/);
  });
});

describe("check", () => {
  it.each([
    ["a method that the issuer does not support", ["client_secret_basic"], undefined],
    ["a key of another algorithm than the issuer supports", ["private_key_jwt"], ["RS256"]],
  ] as const)("reports %s", async (_, clientAuthMethods, algorithms) => {
    const issuer = await startIssuer({
      accounts: [],
      clientId: "door",
      clientSecret: "secret",
      redirectUris: ["https://auth.example.com/callback"],
      configuration: {
        clients: [],
        clientAuthMethods: [...clientAuthMethods],
        enabledJWA: { clientAuthSigningAlgValues: [...(algorithms ?? ["ES256"])] },
      },
    });

    const found = await check(configOf(raw({ issuer: issuer.issuer, clientKeyFile: key })));
    await issuer.close();

    const faults = found.filter(({ level }) => level === "fault").map(({ text }) => text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/authenticates with private_key_jwt|signs with ES256/);
  });
});

describe("extra parameters of the authorization request", () => {
  it.each([
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "redirect_uri",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
  ])("cannot set %s, which belongs to the code flow", (name) => {
    const faults = faultsOf({ authorization: { [name]: "x" } });

    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain("providers.company.authorization");
  });

  it("may include claims, if they are a JSON object", () => {
    expect(faultsOf({ authorization: { claims: '{"userinfo":{"groups":null}}' } })).toEqual([]);
    expect(faultsOf({ authorization: { claims: "groups" } })[0]).toContain("not a JSON object");
  });
});
