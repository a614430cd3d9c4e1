import {
  createHmac,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAdmin } from "../../server/serve/admin.ts";
import { block } from "../docs/blocks.ts";
import type { HttpResponse } from "../peers/browser.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { verifiers, type Result } from "./assertion-verifiers.ts";
import { openSecureSite } from "../peers/secure-site.ts";

const page = "docs/assertion.md";
const [auth, app, wiki] = [
  "https://auth.example.com",
  "https://app.example.com",
  "https://wiki.example.com",
];
const minuteMs = 60_000;

const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const pemOf = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
const [signing, next, foreign] = [newKey(), newKey(), newKey()];

let door: Awaited<ReturnType<typeof openSecureSite>>;
const clock = { ahead: 0 };
const admin = createServer();
let keysUrl: string;
let cookie: string;
/** The published keys: the one that signs, and the next one. */
let published: { kid: string }[];

beforeAll(async () => {
  const assertion = { key: pemOf(signing) + pemOf(next) };
  const settings = { url: auth, cookie: { domain: "example.com" }, assertion };
  door = await openSecureSite(settings, { now: () => Date.now() + clock.ahead });
  ({ cookie } = await door.signIn(auth));
  const { log } = capturingLog();
  admin
    .on(
      "request",
      createAdmin(() => door.doorward.app, log),
    )
    .listen(0, "127.0.0.1");
  await once(admin, "listening");
  keysUrl = `http://127.0.0.1:${(admin.address() as AddressInfo).port}/.well-known/jwks.json`;
  ({ keys: published } = (await (await fetch(keysUrl)).json()) as { keys: { kid: string }[] });
});
afterAll(async () => {
  admin.close();
  await door.close();
});

function ask(origin: string, headers: Record<string, string> = {}, query = "") {
  const sent = { ...forwarded(origin), Cookie: cookie, ...headers };
  return door.open(`${auth}/verify${query}`, sent);
}

const assertionIn = ({ headers }: HttpResponse) => String(headers["x-doorward-assertion"]);

/** An assertion as an attacker or doorward could write it. */
function written(
  header: object,
  claims: object,
  signer: (input: string) => Buffer = signedBy(signing),
): string {
  const [head, body] = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const input = `${head}.${body}`;
  return `${input}.${signer(input).toString("base64url")}`;
}

function signedBy(key: KeyObject, dsaEncoding: "ieee-p1363" | "der" = "ieee-p1363") {
  return (input: string) => sign("sha256", Buffer.from(input), { key, dsaEncoding });
}

const macBy = (secret: string) => (input: string) =>
  createHmac("sha256", secret).update(input).digest();

/** Every request that an app must refuse, made from a valid assertion. */
function refusedOf(valid: string, ofOtherApp: string): Record<string, readonly string[]> {
  const header = decodeProtectedHeader(valid);
  const claims = decodeJwt(valid);
  const [own, other] = published;
  const pem = signing.export({ format: "jwk" });
  const publicPem = createPrivateKey(pemOf(signing)).export({ type: "pkcs8", format: "pem" });
  const [head, body, signature = ""] = valid.split(".");
  const nothing = () => Buffer.alloc(0);
  const seconds = Math.floor(Date.now() / 1000);
  const without = (name: string) => ({ ...claims, [name]: undefined });
  return {
    "no header": [],
    "an empty one": [""],
    "a valid and an empty one": [valid, ""],
    "a valid one after a forged one": [written(header, claims, signedBy(foreign)), valid],
    "a word": ["admin"],
    "two dots": [".."],
    "alg none": [written({ ...header, alg: "none" }, claims, nothing)],
    "alg NONE": [written({ ...header, alg: "NONE" }, claims, nothing)],
    "no alg": [written({ kid: own?.kid }, claims, nothing)],
    "a valid header without a signature": [`${head}.${body}.`],
    "a signature of zeros": [`${head}.${body}.${Buffer.alloc(64).toString("base64url")}`],
    "HS256 by the public key as JSON": [
      written({ ...header, alg: "HS256" }, claims, macBy(JSON.stringify(own))),
    ],
    "HS256 by the key as PEM": [
      written({ ...header, alg: "HS256" }, claims, macBy(publicPem.toString())),
    ],
    "HS256 by nothing": [written({ ...header, alg: "HS256" }, claims, macBy(""))],
    "ES256 in DER": [written(header, claims, signedBy(signing, "der"))],
    "the kid of the next key": [written({ ...header, kid: other?.kid }, claims)],
    "the kid of a key that did not sign": [written(header, claims, signedBy(next))],
    "an unknown key under a known kid": [written(header, claims, signedBy(foreign))],
    "an unknown key": [written({ ...header, kid: "mine" }, claims, signedBy(foreign))],
    "a key in the header": [
      written({ ...header, kid: "mine", jwk: { ...pem, d: undefined } }, claims, signedBy(foreign)),
    ],
    "the address of a key in the header": [
      written({ ...header, kid: "mine", jku: "http://127.0.0.1:1/" }, claims, signedBy(foreign)),
    ],
    "no kid": [written({ alg: "ES256" }, claims, signedBy(foreign))],
    "another app's": [ofOtherApp],
    "another app's, under a longer origin": [
      written(header, { ...claims, aud: `${app}.evil.example` }),
    ],
    "the same host without TLS": [written(header, { ...claims, aud: "http://app.example.com" })],
    "another site's": [written(header, { ...claims, iss: "https://auth.example.org" })],
    "an old one": [written(header, { ...claims, iat: seconds - 340, exp: seconds - 40 })],
    "one without an end": [written(header, without("exp"))],
    "one without a subject": [written(header, without("sub"))],
    "other claims under a valid signature": [
      `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: "eve" })).toString("base64url")}.${signature}`,
    ],
  };
}

/** The code of the manual, for this doorward. */
function codeOf(language: string): string {
  const found = {
    js: block(page, "js"),
    python: block(page, "python"),
    go: block(page, "go"),
  };
  const [, code = ""] = Object.entries(found).find(([name]) => name === language) ?? [];
  return code.replace("http://127.0.0.1:9180/.well-known/jwks.json", keysUrl);
}

describe.each(verifiers)("an app with the code of the manual in $language", (verifier) => {
  let names: string[];
  let results: Result[];

  beforeAll(async () => {
    const valid = assertionIn(await ask(app));
    const refused = refusedOf(valid, assertionIn(await ask(wiki)));
    const byNext = written(
      { alg: "ES256", kid: published[1]?.kid },
      decodeJwt(valid),
      signedBy(next),
    );
    names = Object.keys(refused);
    const requests = [[valid], [byNext], ...Object.values(refused)];
    results = await verifier.verify(codeOf(verifier.language), requests);
  }, 120_000);

  it("accepts the assertion of this app, by the key that signs and by the next one", () => {
    expect(results.slice(0, 2)).toEqual([{ sub: "ada" }, { sub: "ada" }]);
  });

  it("refuses every other one", () => {
    const accepted = names.filter((_, index) => results[index + 2]?.refused === undefined);

    expect(names.length).toBeGreaterThan(25);
    expect(results.length).toBe(names.length + 2);
    expect(accepted).toEqual([]);
  });
});

describe("a visitor's own assertion", () => {
  const forged = () => written({ alg: "ES256", kid: published[0]?.kid }, { sub: "eve" });

  it("is replaced by doorward's, or by an empty one", async () => {
    const own = await ask(app, { "X-Doorward-Assertion": forged() });

    expect(decodeJwt(assertionIn(own)).sub).toBe("ada");
    expect(own.rawHeaders.filter((name) => /assertion/i.test(name))).toHaveLength(1);
  });

  it.each([
    "X-Doorward-Assertion",
    "X_Doorward_Assertion",
    "x-doorward_ASSERTION",
    "X.Doorward.Assertion",
  ])("is refused as %s where the proxy cannot remove each spelling", async (name) => {
    const answer = await ask(app, { [name]: forged() }, "?identity_headers=refuse");

    expect(answer.status).toBe(400);
    expect(answer.headers["x-doorward-assertion"]).toBeUndefined();
  });

  it("gives no access", async () => {
    const answer = await ask(app, { Cookie: "", "X-Doorward-Assertion": forged() });

    expect(answer.status).toBe(302);
  });
});

describe("the assertion of a session that has ended", () => {
  it("is not followed by another one, and is refused after its five minutes", async () => {
    const { cookie: own } = await door.signIn(auth);
    const keys = createLocalJWKSet({ keys: published as never[] });
    const isAcceptedAt = (assertion: string, time: number) =>
      jwtVerify(assertion, keys, { currentDate: new Date(time), clockTolerance: 30 }).then(
        () => true,
        () => false,
      );
    // Just before the next one would be signed.
    const signedAt = Date.now();
    const last = assertionIn(await ask(app, { Cookie: own }));
    clock.ahead = 2.5 * minuteMs - 5_000;
    expect(assertionIn(await ask(app, { Cookie: own }))).toBe(last);

    await door.open(`${auth}/sign_out`, { Cookie: own, "Sec-Fetch-Site": "same-origin" });

    for (const ahead of [clock.ahead, 4 * minuteMs, 10 * minuteMs]) {
      clock.ahead = ahead;
      const answer = await ask(app, { Cookie: own });
      expect([answer.status, answer.headers["x-doorward-assertion"]]).toEqual([302, undefined]);
    }
    clock.ahead = 0;
    const bound = signedAt + 5 * minuteMs + 30_000;
    expect(await isAcceptedAt(last, bound - 5_000)).toBe(true);
    expect(await isAcceptedAt(last, bound + 1_000)).toBe(false);
  });
});

it("is in no line of the log", () => {
  const log = JSON.stringify(door.doorward.events);

  expect(log).not.toMatch(/eyJ|PRIVATE KEY/);
  expect(log).toContain("ada");
});
