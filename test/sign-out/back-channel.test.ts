import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HttpResponse, Browser } from "../peers/browser.ts";
import { hs256, issuerKeyPem, rs256, strangerKey, unsigned, type Claims } from "../peers/jwt.ts";
import { client, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const event = "http://schemas.openid.net/event/backchannel-logout";
const minute = 60_000;
let door: SignInDoor;
let browser: Browser;
let serial = 0;

beforeEach(async () => {
  door = await openSignInDoor();
  door.issuer.twist = { claims: { sid: "s-1" } };
  browser = door.browser();
  await door.signIn(browser);
});
afterEach(() => door.close());

/** What an issuer says when its session `s-1` ends; an entry of `undefined` takes the claim away. */
function claims(changed: Claims = {}): Claims {
  const now = Math.floor(door.clock.now / 1000);
  return {
    iss: door.issuer.issuer,
    aud: client.clientId,
    iat: now,
    exp: now + 120,
    jti: `j-${serial++}`,
    events: { [event]: {} },
    sid: "s-1",
    ...changed,
  };
}

const header = { alg: "RS256", kid: "one", typ: "logout+jwt" };

function post(token: string): Promise<HttpResponse> {
  return door.browser().ask(`${door.site}/sign_out`, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ logout_token: token }).toString(),
  });
}

async function status(who = browser): Promise<number> {
  return (await door.verify(who)).status;
}

describe("an issuer's word that its session has ended", () => {
  it("ends the sessions here that came of it, and no others", async () => {
    const again = door.browser();
    await door.signIn(again);
    door.issuer.twist = { claims: { sid: "s-2" } };
    const other = door.browser();
    await door.signIn(other);

    const answer = await post(rs256(header, claims()));

    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect([await status(), await status(again), await status(other)]).toEqual([302, 302, 200]);
  });

  it("that names the subject alone ends all that are theirs, and not what begins afterwards", async () => {
    const answer = await post(rs256(header, claims({ sid: undefined, sub: "ada" })));
    const before = await status();
    await door.signIn(browser);

    expect([answer.status, before, await status()]).toEqual([200, 302, 200]);
  });

  it("reaches a process that was not running then", async () => {
    const cookie = await browser.jar.getCookieString(door.site);

    await post(rs256(header, claims()));

    expect(await status()).toBe(302);
    expect((await (await door.reopen()).verify(cookie)).status).toBe(302);
  });

  it("counts once, for it could end what began since", async () => {
    const token = rs256(header, claims({ sid: undefined, sub: "ada" }));
    const first = await post(token);
    await door.signIn(browser);

    const second = await post(token);

    expect([first.status, second.status]).toEqual([200, 400]);
    expect(await status()).toBe(200);
  });

  it("is taken with an audience of several, and without a type of its own", async () => {
    const token = rs256({ ...header, typ: undefined }, claims({ aud: ["other", client.clientId] }));

    const answer = await post(token);

    expect([answer.status, await status()]).toEqual([200, 302]);
  });

  it.each<[string, () => string]>([
    ["of another issuer", () => rs256(header, claims({ iss: "https://evil.example" }))],
    ["for another client", () => rs256(header, claims({ aud: "other" }))],
    ["without an audience", () => rs256(header, claims({ aud: undefined }))],
    ["without a time", () => rs256(header, claims({ iat: undefined }))],
    ["without an end", () => rs256(header, claims({ exp: undefined }))],
    ["without a name of its own", () => rs256(header, claims({ jti: undefined }))],
    ["that is over", () => rs256(header, claims({ exp: door.clock.now / 1000 - minute }))],
    ["of an hour ago", () => rs256(header, claims({ iat: door.clock.now / 1000 - 3600 }))],
    ["of the future", () => rs256(header, claims({ iat: door.clock.now / 1000 + 3600 }))],
    ["without events", () => rs256(header, claims({ events: undefined }))],
    ["of another event", () => rs256(header, claims({ events: { other: {} } }))],
    ["whose event is a text", () => rs256(header, claims({ events: { [event]: "yes" } }))],
    ["with a nonce", () => rs256(header, claims({ nonce: "n" }))],
    ["that says not whose", () => rs256(header, claims({ sid: undefined }))],
    ["whose session is a list", () => rs256(header, claims({ sid: ["s-1"] }))],
    ["of another type", () => rs256({ ...header, typ: "at+jwt" }, claims())],
    ["signed by a stranger", () => rs256(header, claims(), strangerKey.privateKey)],
    ["signed by our own secret", () => hs256(claims(), client.clientSecret, "one")],
    ["signed by the public key", () => hs256(claims(), issuerKeyPem, "one")],
    ["not signed", () => unsigned("none", claims())],
    ["that is no token", () => "a.b.c"],
    ["that is empty", () => ""],
  ])("%s is refused, and ends nothing", async (_, make) => {
    const answer = await post(make());

    expect(answer.status).toBe(400);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(await status()).toBe(200);
  });
});

describe("a word that nobody here can read", () => {
  it.each([
    ["a form under a name in capitals", "Application/X-WWW-Form-URLEncoded", 200, 302],
    ["a form with its charset", "application/x-www-form-urlencoded; charset=utf-8", 200, 302],
    ["plain text", "text/plain", 400, 200],
    ["JSON", "application/json", 400, 200],
    ["several parts", "multipart/form-data; boundary=x", 400, 200],
  ])("as %s is answered so that the issuer knows", async (_, type, expected, after) => {
    const answer = await door.browser().ask(`${door.site}/sign_out`, {
      method: "POST",
      headers: { "Content-Type": type },
      body: new URLSearchParams({ logout_token: rs256(header, claims()) }).toString(),
    });

    expect([answer.status, await status()]).toEqual([expected, after]);
  });
});

describe("a page of the issuer's that tells of its session in a frame", () => {
  const ask = (query: string) =>
    door.browser().ask(`${door.site}/sign_out?${query}`, {
      headers: { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe" },
    });

  it("ends the sessions that came of it", async () => {
    const answer = await ask(
      new URLSearchParams({ iss: door.issuer.issuer, sid: "s-1" }).toString(),
    );

    expect([answer.status, await status()]).toEqual([200, 302]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it.each([
    ["another session", () => ({ iss: door.issuer.issuer, sid: "s-2" })],
    ["a session of another issuer", () => ({ iss: "https://evil.example", sid: "s-1" })],
  ])("ends nothing by naming %s", async (_, query) => {
    const answer = await ask(new URLSearchParams(query()).toString());

    expect([answer.status, await status()]).toEqual([200, 200]);
  });
});
