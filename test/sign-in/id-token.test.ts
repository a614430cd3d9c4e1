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
describe("an ID token is refused", () => {
  it.each<[string, Twist["claims"]]>([
    ["with another nonce", { nonce: "another" }],
    ["without a nonce", { nonce: undefined }],
    ["with an empty nonce", { nonce: "" }],
    ["of another issuer", { iss: "https://evil.example" }],
    ["without an issuer", { iss: undefined }],
    ["for another audience", { aud: "another" }],
    ["for an audience that begins like ours", { aud: "door2" }],
    ["for nobody", { aud: [] }],
    ["without an audience", { aud: undefined }],
    ["for a stranger too", { aud: ["door", "stranger"], azp: "door" }],
    ["for a stranger too and without azp", { aud: ["door", "stranger"] }],
    ["issued to another client", { azp: "stranger" }],
    ["that is over", { exp: now - 31 }],
    ["without an end", { exp: undefined }],
    ["whose end is text", { exp: String(now + 300) }],
    ["that is not valid yet", { nbf: now + 300 }],
    ["without the time it was issued", { iat: undefined }],
    ["whose time of issue is text", { iat: String(now) }],
    ["issued tomorrow", { iat: now + 86_400, exp: now + 90_000 }],
    ["that goes with another access token", { at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }],
    ["without a subject", { sub: undefined }],
    ["with an empty subject", { sub: "" }],
    ["whose subject is a number", { sub: 7 }],
    ["whose subject is a list", { sub: ["ada"] }],
  ])("%s", async (_, claims = {}) => {
    expect(await outcomeOf({ claims })).toEqual(refused);
  });

  it.each<[string, Twist["header"]]>([
    ["with an unknown kid", { kid: "two" }],
    ["with a kid that is a path", { kid: "../../dev/null" }],
    ["that calls itself PS256", { alg: "PS256" }],
    ["that calls itself ES256", { alg: "ES256" }],
    ["that calls itself none", { alg: "none" }],
    ["that calls itself HS256", { alg: "HS256" }],
    ["with an unknown crit", { crit: ["strange"], strange: true }],
    ["with b64: false", { crit: ["b64"], b64: false }],
  ])("%s", async (_, changed = {}) => {
    expect(await outcomeOf({ header: changed })).toEqual(refused);
  });

  it.each<[string, Exclude<Twist["idToken"], undefined>]>([
    ["that is not there", () => undefined],
    ["that is empty", () => ""],
    ["that is no token", () => "no token"],
    ["that is signed with nothing", (claims) => unsigned("none", claims)],
    ["that is signed with None", (claims) => unsigned("None", claims)],
    ["whose signature is cut off", (claims) => rs256(header, claims).replace(/[^.]+$/, "")],
    ["whose signature is of another token", (claims) => swapped(claims)],
    ["that a stranger signed", (claims) => rs256(header, claims, strangerKey.privateKey)],
    ["that brings its own key", (claims) => withOwnKey(claims)],
    ["that says where its key is", (claims) => withKeyElsewhere(claims)],
    ["signed with our secret", (claims) => hs256(claims, client.clientSecret)],
    ["signed with the public key as a secret", (claims) => hs256(claims, issuerKeyPem, "one")],
    ["in five parts", (claims) => `${rs256(header, claims)}.a.b`],
    ["in two parts", (claims) => rs256(header, claims).split(".").slice(0, 2).join(".")],
  ])("%s", async (_, idToken) => {
    expect(await outcomeOf({ idToken })).toEqual(refused);
  });

  it.each<[string, Exclude<Twist["idToken"], undefined>]>([
    ["none", (claims) => unsigned("none", claims)],
    ["HS256 with our secret", (claims) => hs256(claims, client.clientSecret)],
    ["HS256 with the public key", (claims) => hs256(claims, issuerKeyPem, "one")],
  ])("of %s, even where the issuer's metadata offers that", async (_, idToken) => {
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

it("never makes doorward fetch a key from where the token says", () => {
  // jku and x5u are of whoever wrote the token (RFC 8725 §3.10); the tests above sent both.
  expect(door.issuer.asked("/token")).toBeGreaterThan(0);
  expect(door.issuer.received.map(({ path }) => path)).not.toContain("/strange-keys");
});

describe("an ID token is taken", () => {
  it.each<[string, Twist]>([
    ["as it should be", {}],
    ["with our audience in a list", { claims: { aud: ["door"] } }],
    ["issued to us", { claims: { azp: "door" } }],
    ["a few seconds over, as clocks are", { claims: { exp: now - 5 } }],
  ])("%s", async (_, twist) => {
    door.issuer.twist = twist;
    const browser = door.browser();

    await door.signIn(browser);

    expect((await door.verify(browser)).status).toBe(200);
  });

  it("for a further audience that the configuration names", async () => {
    const sharing = await openSignInDoor({}, { audience: ["neighbour"] });
    sharing.issuer.twist = { claims: { aud: ["door", "neighbour"], azp: "door" } };
    const browser = sharing.browser();

    await sharing.signIn(browser);

    expect((await sharing.verify(browser)).status).toBe(200);
    await sharing.close();
  });
});

// OpenID Connect Core §3.1.3.7 (13): whoever takes `max_age` out of the authorization request must not gain by it.
describe("with max_age in the configuration", () => {
  it.each<[string, number, Twist["claims"]]>([
    ["of somebody who signed in just now is taken", 302, { auth_time: now }],
    ["of somebody who signed in yesterday is refused", 400, { auth_time: now - 86_400 }],
    ["that does not say when is refused", 400, { auth_time: undefined }],
  ])("an ID token %s", async (_, status, claims = {}) => {
    const strict = await openSignInDoor({}, { authorization: { max_age: "60" } });
    strict.issuer.twist = { claims };

    const answer = await strict.signIn(strict.browser());
    await strict.close();

    expect(answer.status).toBe(status);
  });
});

describe("the userinfo answer is refused", () => {
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
  const jku = `${door.issuer.issuer}/strange-keys`;
  return rs256({ ...header, jku, x5u: jku }, claims, strangerKey.privateKey);
}
