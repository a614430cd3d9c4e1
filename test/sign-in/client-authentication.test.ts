import { generateKeyPairSync, randomUUID, type KeyObject } from "node:crypto";
import { mkdtempSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jwtVerify, SignJWT } from "jose";
import type { SigningAlgorithm } from "oidc-provider";
import { afterEach, describe, expect, it } from "vitest";
import { openClientDoor, type ClientDoor, type ClientDoorOptions } from "../peers/client-door.ts";
import { openSignInDoor } from "../peers/sign-in-door.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-client-"));
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ed25519 = generateKeyPairSync("ed25519");
const secret = "a secret of the door: +/ &%:=";

let door: ClientDoor | undefined;
afterEach(() => door?.close());

function file(text: string): string {
  const path = join(folder, randomUUID());
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

function pem(key: KeyObject): string {
  return String(key.export({ type: "pkcs8", format: "pem" }));
}

/** The public key as a client registers it. */
function jwks(key: KeyObject, more: Record<string, unknown> = {}) {
  return { keys: [{ ...key.export({ format: "jwk" }), use: "sig", ...more }] };
}

/** A client that signs with a key, at an issuer that accepts only one of its algorithms. */
function keyed(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  alg: SigningAlgorithm,
  provider: Record<string, unknown> = { clientKeyFile: file(pem(privateKey)) },
): ClientDoorOptions {
  return {
    provider,
    registration: {
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: alg,
      jwks: jwks(publicKey, { kid: "of-the-door" }),
    },
    issuer: {
      enabledJWA: { clientAuthSigningAlgValues: [alg] },
    } as ClientDoorOptions["issuer"] & {},
  };
}

const jwkFile = () =>
  file(JSON.stringify({ ...p256.privateKey.export({ format: "jwk" }), kid: "of-the-door" }));

const methods: [string, () => ClientDoorOptions][] = [
  [
    "client_secret_basic",
    () => ({ provider: { clientSecret: secret }, registration: { client_secret: secret } }),
  ],
  [
    "client_secret_post",
    () => ({
      provider: { clientSecret: secret, clientAuthentication: "client_secret_post" },
      registration: {
        client_secret: secret,
        token_endpoint_auth_method: "client_secret_post",
      },
    }),
  ],
  ["private_key_jwt with RSA", () => keyed(rsa, "RS256")],
  ["private_key_jwt with RSA where the issuer requires PSS", () => keyed(rsa, "PS256")],
  ["private_key_jwt with P-384", () => keyed(p384, "ES384")],
  ["private_key_jwt with Ed25519", () => keyed(ed25519, "EdDSA")],
  ["private_key_jwt with Ed25519 by its new name", () => keyed(ed25519, "Ed25519")],
  ["private_key_jwt with a JWK", () => keyed(p256, "ES256", { clientKeyFile: jwkFile() })],
  [
    "private_key_jwt for the token endpoint, with a key id",
    () => ({
      ...keyed(rsa, "RS256", {
        clientKeyFile: file(pem(rsa.privateKey)),
        clientKeyId: "of-the-door",
        clientAssertionAudience: "token_endpoint",
      }),
    }),
  ],
];

describe("a client that authenticates with", () => {
  it.each(methods)("%s signs in, refreshes, introspects and revokes", async (_, options) => {
    door = await openClientDoor(options());

    const ada = await door.signIn();
    const first = await door.verify(ada);
    const token = String(first.headers["x-access-token"]);
    const bearer = await door.verify(door.newBrowser(), {
      "X-Forwarded-Uri": "/api/x",
      Authorization: `Bearer ${token}`,
    });
    door.clock.now += 61 * 60_000;
    await door.verify(ada);
    await expect.poll(() => door?.asked.filter((one) => one === "POST /token 200").length).toBe(2);
    const renewed = await door.verify(ada);
    await ada.open(`${door.site}/sign_out`);
    await expect.poll(() => door?.asked).toContain("POST /token/revocation 200");

    expect(first).toMatchObject({ status: 200, headers: { "x-auth-request-user": "ada" } });
    expect(bearer).toMatchObject({ status: 200, headers: { "x-auth-request-user": "ada" } });
    expect(renewed.status).toBe(200);
    expect(door.asked).toContain("POST /request 201");
    expect(door.asked.filter((one) => /^POST .* [45]\d\d$/.test(one))).toEqual([]);
    const log = JSON.stringify(door.doorward.events);
    expect(log).not.toContain("PRIVATE KEY");
    expect(log).not.toContain(secret);
  });
});

/** Replaces the target of a symbolic link atomically, as the kubelet does. */
function project(path: string, text: string): void {
  const fresh = `${path}-${randomUUID()}`;
  symlinkSync(file(text), fresh);
  renameSync(fresh, path);
}

describe("a client key or assertion file that changes at runtime", () => {
  it("is used from the next sign-in on, and an invalid one leaves the previous contents in use", async () => {
    const path = join(folder, "rotated.pem");
    project(path, pem(rsa.privateKey));
    const registered = keyed(rsa, "RS256", { clientKeyFile: path });
    const both = {
      keys: [
        ...jwks(rsa.publicKey, { kid: "a" }).keys,
        ...jwks(otherRsa.publicKey, { kid: "b" }).keys,
      ],
    };
    door = await openClientDoor({
      ...registered,
      registration: { ...registered.registration, jwks: both },
    });

    const verdicts: number[] = [];
    for (const text of [pem(rsa.privateKey), pem(otherRsa.privateKey), "no key at all"]) {
      project(path, text);
      verdicts.push((await door.verify(await door.signIn())).status);
    }

    expect(verdicts).toEqual([200, 200, 200]);
    const changes = door.doorward.events.filter(({ files }) => files !== undefined);
    expect(changes.map(({ msg }) => msg)).toEqual([
      "changed files reloaded",
      "changed files rejected; still using the previous contents",
    ]);
    expect(JSON.stringify(changes)).not.toContain("no key at all");
  });

  it("may be a token that another service signs (Kubernetes, Entra workload identity)", async () => {
    const path = join(folder, "token");
    const options: ClientDoorOptions = {
      ...keyed(rsa, "RS256", { clientAssertionFile: path }),
      features: { pushedAuthorizationRequests: { enabled: false } },
    };
    project(path, await assertion("http://127.0.0.1"));
    door = await openClientDoor(options);

    const verdicts: number[] = [];
    for (let times = 0; times < 3; times++) {
      project(path, await assertion(door.issuer));
      verdicts.push((await door.verify(await door.signIn())).status);
    }
    const used = await door.verify(await door.signIn()); // the issuer accepts each token once

    expect(verdicts).toEqual([200, 200, 200]);
    expect(used.status).not.toBe(200);
    expect(door.doorward.events.map(({ reason }) => reason)).toContain("client_rejected");
  });
});

function assertion(audience: string): Promise<string> {
  return new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer("door")
    .setSubject("door")
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime("1 hour")
    .sign(rsa.privateKey);
}

describe("a client with the wrong key", () => {
  it("causes a 502 page and opens no session", async () => {
    door = await openClientDoor({
      ...keyed(otherRsa, "RS256", { clientKeyFile: file(pem(rsa.privateKey)) }),
      features: { pushedAuthorizationRequests: { enabled: false } },
    });
    const browser = door.newBrowser();

    const end = await browser.signIn(`${door.site}/start?rd=/`, "ada");

    expect(end.status).toBe(502);
    expect((await door.verify(browser)).status).toBe(302);
  });

  it("is rejected before any token request if the issuer accepts none of its algorithms", async () => {
    door = await openClientDoor({
      ...keyed(rsa, "RS256", { clientKeyFile: file(pem(p256.privateKey)) }),
      features: { pushedAuthorizationRequests: { enabled: false } },
    });

    const end = await door.newBrowser().signIn(`${door.site}/start?rd=/`, "ada");

    expect(end.status).toBe(502);
    expect(door.asked.some((one) => one.startsWith("POST /token"))).toBe(false);
    expect(JSON.stringify(door.doorward.events)).toContain(
      "the client's key signs with ES256, but the issuer accepts only RS256",
    );
  });
});

describe("a client assertion", () => {
  it.each([
    ["oidc", {}, ""],
    ["oidc", { clientAssertionAudience: "token_endpoint" }, "/token"],
    ["login.gov", {}, "/token"],
    ["login.gov", { clientAssertionAudience: "issuer" }, ""],
  ])(
    "at a provider of the type %s with %j has the issuer as its audience, plus %j",
    async (type, more, path) => {
      const clientKeyFile = file(pem(rsa.privateKey));
      const own = await openSignInDoor(
        {},
        { type, clientSecret: undefined, clientKeyFile, ...more },
      );

      await own.signIn(own.browser());
      await own.close();

      const asked = own.issuer.received.find((one) => one.path === "/token");
      const written = new URLSearchParams(asked?.body).get("client_assertion") ?? "";
      const { payload } = await jwtVerify(written, rsa.publicKey, {
        issuer: "door",
        subject: "door",
      });
      expect(payload.aud).toBe(own.issuer.issuer + path);
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    },
  );
});
