import { afterEach, describe, expect, it } from "vitest";
import type { Browser } from "../peers/browser.ts";
import { json, type Reply, type Twist } from "../peers/hostile-issuer.ts";
import { issuerKey, jwkOf, rs256, strangerKey, type Claims } from "../peers/jwt.ts";
import { client, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const minute = 60_000;
let door: SignInDoor;
let ada: Browser;

afterEach(() => door.close());

const signed = (claims: Claims) =>
  rs256({ alg: "RS256", kid: "two", typ: "JWT" }, claims, strangerKey.privateKey);
const newKeys: Reply = (response) =>
  json(response, 200, {
    keys: [jwkOf(issuerKey.publicKey, "one"), jwkOf(strangerKey.publicKey, "two")],
  });
/** The issuer signs with a key that it made after doorward fetched the others. */
const rotated: Twist = { refreshes: true, reply: { "/jwks": newKeys }, idToken: signed };
/** The same, before its key endpoint knows the new key. */
const unpublished: Twist = { refreshes: true, idToken: signed };

async function signIn(settings: Record<string, unknown> = {}): Promise<void> {
  door = await openSignInDoor({ session: { refresh: "1h" }, ...settings });
  door.issuer.twist = { refreshes: true };
  ada = door.browser();
  await door.signIn(ada);
}

const statusNow = async () => (await door.verify(ada)).status;

describe("a rotated signing key", () => {
  it("counts at the next sign-in", async () => {
    await signIn();
    door.issuer.twist = rotated;
    const later = door.browser();

    expect((await door.signIn(later)).status).toBe(302);
    expect((await door.verify(later)).status).toBe(200);
    expect(door.issuer.asked("/jwks")).toBe(2);
  });

  it("counts at the next renewal", async () => {
    await signIn({ session: { refresh: "5m" }, access: { groups: ["staff"] } });
    door.issuer.twist = { ...rotated, userinfo: { groups: ["others"] } };
    door.clock.now += 6 * minute;

    expect(await statusNow()).toBe(403);
    expect(door.issuer.asked("/jwks")).toBe(2);
  });

  it("counts in signed userinfo", async () => {
    await signIn();
    const person = { sub: "ada", email: "ada@example.com", email_verified: true };
    const userinfo: Reply = (response) =>
      response
        .writeHead(200, { "Content-Type": "application/jwt" })
        .end(signed({ iss: door.issuer.issuer, aud: client.clientId, ...person }));
    door.issuer.twist = { reply: { "/jwks": newKeys, "/userinfo": userinfo } };

    expect((await door.signIn(door.browser())).status).toBe(302);
    expect(door.issuer.asked("/jwks")).toBe(2);
  });

  it("counts in the next logout token", async () => {
    await signIn();
    door.issuer.twist = rotated;
    const seconds = Math.floor(door.clock.now / 1000);
    const token = signed({
      iss: door.issuer.issuer,
      aud: client.clientId,
      sub: "ada",
      iat: seconds,
      exp: seconds + 60,
      jti: "j",
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
    });

    const { status } = await door.browser().ask(`${door.site}/sign_out`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: `logout_token=${token}`,
    });

    expect([status, await statusNow()]).toEqual([200, 302]);
  });

  it("is awaited by live sessions, which keep their new single-use refresh tokens", async () => {
    await signIn();
    door.issuer.twist = unpublished;
    door.clock.now += 61 * minute;

    const during = [await statusNow(), await statusNow()];
    door.clock.now += 2 * minute;
    during.push(await statusNow());
    door.issuer.twist = rotated;
    door.clock.now += 5 * minute;
    const after = await statusNow();

    expect([...during, after]).toEqual([200, 200, 200, 200]);
    expect(door.issuer.refreshes()).toBe(3);
    expect(door.issuer.goodRefreshTokens()).toHaveLength(1);
    door.clock.now += 50 * minute;
    expect(await statusNow()).toBe(200);
  });

  it("opens no session before the issuer publishes it", async () => {
    await signIn();
    door.issuer.twist = unpublished;
    const later = door.browser();

    expect((await door.signIn(later)).status).toBe(400);
    expect((await door.verify(later)).status).toBe(302);
  });

  it("that the issuer never publishes ends no session before its grace time", async () => {
    await signIn({ session: { refresh: "1h", grace: "30m" } });
    door.issuer.twist = unpublished;
    door.clock.now += 89 * minute;
    const within = await statusNow();
    door.clock.now += minute;

    expect([within, await statusNow()]).toEqual([200, 302]);
  });
});

describe("signed userinfo", () => {
  const answer =
    (claims: Claims, key = issuerKey.privateKey): Reply =>
    (response) =>
      response
        .writeHead(200, { "Content-Type": "application/jwt;charset=UTF-8" })
        .end(rs256({ alg: "RS256", kid: "one" }, claims, key));
  const person = { sub: "ada", email: "ada@example.com", email_verified: true };

  async function statusWith(claims: Claims, key = issuerKey.privateKey): Promise<number> {
    door = await openSignInDoor();
    const usual = { iss: door.issuer.issuer, aud: client.clientId, ...person, ...claims };
    door.issuer.twist = { reply: { "/userinfo": answer(usual, key) } };
    return (await door.signIn(door.browser())).status;
  }

  it.each<[string, Claims]>([
    ["with iss and aud", {}],
    ["without them", { iss: undefined, aud: undefined }],
    ["for another client too", { aud: ["other", client.clientId] }],
  ])(
    "counts if the issuer signed it %s, though the metadata does not announce it",
    async (...row) => {
      expect(await statusWith(row[1])).toBe(302);
    },
  );

  it.each<[string, Claims]>([
    ["of another issuer", { iss: "https://other.example.com" }],
    ["for another client", { aud: "other" }],
    ["of another subject", { sub: "eve" }],
    ["that expired", { exp: 1 }],
  ])("is refused %s", async (_, claims) => {
    expect(await statusWith(claims)).toBe(400);
  });

  it("is refused without the issuer's signature", async () => {
    expect(await statusWith({}, strangerKey.privateKey)).toBe(400);
  });
});
