import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Twist } from "../peers/hostile-issuer.ts";
import { hs256, issuerKeyPem, jwkOf, rs256, strangerKey, unsigned } from "../peers/jwt.ts";
import { client, refusalFaults, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
const header = { alg: "RS256", kid: "one", typ: "JWT" };
const now = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  door = await openSignInDoor();
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(() => door.close());

const refused = { status: 400, tokenRequests: 1, faults: [] };

async function outcomeOf(twist: Twist) {
  door.issuer.twist = twist;
  const browser = door.browser();
  const before = door.issuer.asked("/token");
  const answer = await door.signIn(browser);

  return {
    status: answer.status,
    tokenRequests: door.issuer.asked("/token") - before,
    faults: await refusalFaults(door, browser, answer),
  };
}

/** OpenID Connect Core §3.1.3.7, clause by clause. */
describe("rejects an ID token", () => {
  it.each<[string, Twist["claims"]]>([
    ["with another nonce", { nonce: "another" }],
    ["without a nonce", { nonce: undefined }],
    ["with an empty nonce", { nonce: "" }],
    ["of another issuer", { iss: "https://evil.example" }],
    ["without an issuer", { iss: undefined }],
    ["for another audience", { aud: "another" }],
    ["for an audience that only begins with the client id", { aud: "door2" }],
    ["with an empty audience list", { aud: [] }],
    ["without an audience", { aud: undefined }],
    ["for an unknown audience too", { aud: ["door", "unknown"], azp: "door" }],
    ["for an unknown audience too, without azp", { aud: ["door", "unknown"] }],
    ["issued to another client", { azp: "another" }],
    ["that has expired", { exp: now - 31 }],
    ["without exp", { exp: undefined }],
    ["whose exp is a string", { exp: String(now + 300) }],
    ["that is not valid yet", { nbf: now + 300 }],
    ["without iat", { iat: undefined }],
    ["whose iat is a string", { iat: String(now) }],
    ["issued tomorrow", { iat: now + 86_400, exp: now + 90_000 }],
    ["whose at_hash is of another access token", { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }],
    ["without a subject", { sub: undefined }],
    ["with an empty subject", { sub: "" }],
    ["whose subject is a number", { sub: 7 }],
    ["whose subject is a list", { sub: ["ada"] }],
  ])("%s", async (_, claims = {}) => {
    expect(await outcomeOf({ claims })).toEqual(refused);
  });

  it.each<[string, Twist["claims"], RegExp]>([
    ["expired", { exp: now - 3_600 }, /the ID token expired 36\d\d s ago \(exp\), and 30 s are /],
    ["not valid yet", { nbf: now + 3_600 }, /is valid only in 3[56]\d\d s \(nbf\), and 30 s are /],
    [
      "issued in the future",
      { iat: now + 3_600, exp: now + 7_200 },
      /has an issue time 3[56]\d\d s in the future \(iat\), and 30 s are tolerated: synchronize/,
    ],
  ])("that is %s, and logs by how many seconds", async (_, claims = {}, words) => {
    const { length } = door.doorward.events;

    await outcomeOf({ claims });

    expect(JSON.stringify(door.doorward.events.slice(length))).toMatch(words);
  });

  it.each<[string, Twist["header"]]>([
    ["with an unknown kid", { kid: "two" }],
    ["whose kid is a path", { kid: "../../dev/null" }],
    ["whose alg is PS256", { alg: "PS256" }],
    ["whose alg is ES256", { alg: "ES256" }],
    ["whose alg is none", { alg: "none" }],
    ["whose alg is HS256", { alg: "HS256" }],
    ["with an unknown crit", { crit: ["unknown"], unknown: true }],
    ["with b64: false", { crit: ["b64"], b64: false }],
    ["that is an access token", { typ: "at+jwt" }],
    ["that is a logout token", { typ: "logout+jwt" }],
    ["that is a logout token in another spelling", { typ: "application/LOGOUT+JWT" }],
    ["that is another kind of token", { typ: "secevent+jwt" }],
    ["whose typ is a list", { typ: ["JWT"] }],
  ])("%s", async (_, changed = {}) => {
    expect(await outcomeOf({ header: changed })).toEqual(refused);
  });

  it.each([undefined, "JWT", "jwt", "application/jwt", "JOSE", "ID"])(
    "not for the header typ %j",
    async (typ) => {
      door.issuer.twist = { header: { typ } };

      expect((await door.signIn(door.browser())).status).toBe(302);
    },
  );

  it.each<[string, Exclude<Twist["idToken"], undefined>]>([
    ["that is missing", () => undefined],
    ["that is empty", () => ""],
    ["that is not a JWT", () => "no token"],
    ["that is unsigned (none)", (claims) => unsigned("none", claims)],
    ["that is unsigned (None)", (claims) => unsigned("None", claims)],
    ["whose signature is cut off", (claims) => rs256(header, claims).replace(/[^.]+$/, "")],
    ["whose signature is of another token", (claims) => swapped(claims)],
    [
      "signed with a key that is not the issuer's",
      (claims) => rs256(header, claims, strangerKey.privateKey),
    ],
    ["that contains its own key (jwk)", (claims) => withOwnKey(claims)],
    ["that contains a URL of its key (jku, x5u)", (claims) => withKeyElsewhere(claims)],
    ["signed with the client secret", (claims) => hs256(claims, client.clientSecret)],
    ["signed with the public key as a secret", (claims) => hs256(claims, issuerKeyPem, "one")],
    ["in five parts", (claims) => `${rs256(header, claims)}.a.b`],
    ["in two parts", (claims) => rs256(header, claims).split(".").slice(0, 2).join(".")],
  ])("%s", async (_, idToken) => {
    expect(await outcomeOf({ idToken })).toEqual(refused);
  });

  it.each<[string, Exclude<Twist["idToken"], undefined>]>([
    ["nothing (none)", (claims) => unsigned("none", claims)],
    ["HS256 with the client secret", (claims) => hs256(claims, client.clientSecret)],
    ["HS256 with the public key", (claims) => hs256(claims, issuerKeyPem, "one")],
  ])("signed with %s, even if the issuer's metadata allows it", async (_, idToken) => {
    const offering = await openSignInDoor();
    offering.issuer.twist = {
      metadata: { id_token_signing_alg_values_supported: ["RS256", "none", "HS256"] },
      idToken,
    };
    const browser = offering.browser();

    const answer = await offering.signIn(browser);

    expect(answer.status).toBe(400);
    expect(await refusalFaults(offering, browser, answer)).toEqual([]);
    await offering.close();
  });
});

it("never fetches a key from a URL in the token", () => {
  // The author of the token chooses jku and x5u (RFC 8725 §3.10); the tests above sent both.
  expect(door.issuer.asked("/token")).toBeGreaterThan(0);
  expect(door.issuer.received.map(({ path }) => path)).not.toContain("/foreign-keys");
});

describe("accepts an ID token", () => {
  it.each<[string, Twist]>([
    ["that is valid", {}],
    ["with our audience in a list", { claims: { aud: ["door"] } }],
    ["whose azp is the client id", { claims: { azp: "door" } }],
    ["that expired a few seconds ago (clock skew)", { claims: { exp: now - 5 } }],
  ])("%s", async (_, twist) => {
    door.issuer.twist = twist;
    const browser = door.browser();

    await door.signIn(browser);

    expect((await door.verify(browser)).status).toBe(200);
  });

  it("with an additional audience that is configured", async () => {
    const sharing = await openSignInDoor({}, { audience: ["neighbour"] });
    sharing.issuer.twist = { claims: { aud: ["door", "neighbour"], azp: "door" } };
    const browser = sharing.browser();

    await sharing.signIn(browser);

    expect((await sharing.verify(browser)).status).toBe(200);
    await sharing.close();
  });
});

// OpenID Connect Core §3.1.3.7 (13): removing `max_age` from the authorization request must have no effect.
describe("with max_age configured", () => {
  it.each<[string, number, Twist["claims"]]>([
    ["with a current auth_time is accepted", 302, { auth_time: now }],
    ["with an auth_time of yesterday is rejected", 400, { auth_time: now - 86_400 }],
    ["without auth_time is rejected", 400, { auth_time: undefined }],
  ])("an ID token %s", async (_, status, claims = {}) => {
    const strict = await openSignInDoor({}, { authorization: { max_age: "60" } });
    strict.issuer.twist = { claims };

    const answer = await strict.signIn(strict.browser());
    await strict.close();

    expect(answer.status).toBe(status);
  });
});

describe("rejects a userinfo response", () => {
  it.each([
    ["of another subject", { sub: "eve" }],
    ["of a subject in another case", { sub: "Ada" }],
    ["without a subject", { sub: undefined }],
    ["whose subject is a list", { sub: ["ada"] }],
  ])("%s", async (_, userinfo) => {
    expect(await outcomeOf({ userinfo })).toEqual(refused);
  });
});

function swapped(claims: Record<string, unknown>): string {
  const [ours] = rs256(header, { ...claims, sub: "eve" }).split(/\.(?=[^.]*$)/);
  return `${ours}.${rs256(header, claims).split(".")[2]}`;
}

function withOwnKey(claims: Record<string, unknown>): string {
  const jwk = jwkOf(strangerKey.publicKey, "one");
  return rs256({ ...header, jwk }, claims, strangerKey.privateKey);
}

function withKeyElsewhere(claims: Record<string, unknown>): string {
  const jku = `${door.issuer.issuer}/foreign-keys`;
  return rs256({ ...header, jku, x5u: jku }, claims, strangerKey.privateKey);
}
