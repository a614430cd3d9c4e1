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

/** The logout token of the issuer's session `s-1`; an entry of `undefined` removes the claim. */
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

describe("a logout token", () => {
  it("ends the sessions of that issuer session and no others", async () => {
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

  it("with only a subject ends all sessions of the subject, but none that start later", async () => {
    const answer = await post(rs256(header, claims({ sid: undefined, sub: "ada" })));
    const before = await status();
    await door.signIn(browser);

    expect([answer.status, before, await status()]).toEqual([200, 302, 200]);
  });

  it("ends the session also for a process that starts later", async () => {
    const cookie = await browser.jar.getCookieString(door.site);

    await post(rs256(header, claims()));

    expect(await status()).toBe(302);
    expect((await (await door.reopen()).verify(cookie)).status).toBe(302);
  });

  it("is accepted once, because a replay could end newer sessions", async () => {
    const token = rs256(header, claims({ sid: undefined, sub: "ada" }));
    const first = await post(token);
    await door.signIn(browser);

    const second = await post(token);

    expect([first.status, second.status]).toEqual([200, 400]);
    expect(await status()).toBe(200);
  });

  it("is accepted with several audiences and without a typ", async () => {
    const token = rs256({ ...header, typ: undefined }, claims({ aud: ["other", client.clientId] }));

    const answer = await post(token);

    expect([answer.status, await status()]).toEqual([200, 302]);
  });

  it.each<[string, () => string]>([
    ["of another issuer", () => rs256(header, claims({ iss: "https://evil.example" }))],
    ["for another client", () => rs256(header, claims({ aud: "other" }))],
    ["without an audience", () => rs256(header, claims({ aud: undefined }))],
    ["without iat", () => rs256(header, claims({ iat: undefined }))],
    ["without exp", () => rs256(header, claims({ exp: undefined }))],
    ["without jti", () => rs256(header, claims({ jti: undefined }))],
    ["that has expired", () => rs256(header, claims({ exp: door.clock.now / 1000 - minute }))],
    ["issued an hour ago", () => rs256(header, claims({ iat: door.clock.now / 1000 - 3600 }))],
    ["issued in the future", () => rs256(header, claims({ iat: door.clock.now / 1000 + 3600 }))],
    ["without events", () => rs256(header, claims({ events: undefined }))],
    ["of another event", () => rs256(header, claims({ events: { other: {} } }))],
    ["whose event is a string", () => rs256(header, claims({ events: { [event]: "yes" } }))],
    ["with a nonce", () => rs256(header, claims({ nonce: "n" }))],
    ["with neither sub nor sid", () => rs256(header, claims({ sid: undefined }))],
    ["whose sid is a list", () => rs256(header, claims({ sid: ["s-1"] }))],
    ["of another type", () => rs256({ ...header, typ: "at+jwt" }, claims())],
    [
      "signed with a key that is not the issuer's",
      () => rs256(header, claims(), strangerKey.privateKey),
    ],
    ["signed with the client secret", () => hs256(claims(), client.clientSecret, "one")],
    ["signed with the public key", () => hs256(claims(), issuerKeyPem, "one")],
    ["not signed", () => unsigned("none", claims())],
    ["that is not a JWT", () => "a.b.c"],
    ["that is empty", () => ""],
  ])("%s is rejected and ends no session", async (_, make) => {
    const answer = await post(make());

    expect(answer.status).toBe(400);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(await status()).toBe(200);
  });
});

describe("the content type of a logout request", () => {
  it.each([
    ["a form in mixed case", "Application/X-WWW-Form-URLEncoded", 200, 302],
    ["a form with a charset", "application/x-www-form-urlencoded; charset=utf-8", 200, 302],
    ["plain text", "text/plain", 400, 200],
    ["JSON", "application/json", 400, 200],
    ["multipart", "multipart/form-data; boundary=x", 400, 200],
  ])("%s: the status shows the issuer whether it was read", async (_, type, expected, after) => {
    const answer = await door.browser().ask(`${door.site}/sign_out`, {
      method: "POST",
      headers: { "Content-Type": type },
      body: new URLSearchParams({ logout_token: rs256(header, claims()) }).toString(),
    });

    expect([answer.status, await status()]).toEqual([expected, after]);
  });
});

describe("a front-channel logout in a frame of the issuer", () => {
  const ask = (query: string) =>
    door.browser().ask(`${door.site}/sign_out?${query}`, {
      headers: { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe" },
    });

  it("ends the sessions of that issuer session", async () => {
    const answer = await ask(
      new URLSearchParams({ iss: door.issuer.issuer, sid: "s-1" }).toString(),
    );

    expect([answer.status, await status()]).toEqual([200, 302]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it.each([
    ["another session", () => ({ iss: door.issuer.issuer, sid: "s-2" })],
    ["a session of another issuer", () => ({ iss: "https://evil.example", sid: "s-1" })],
  ])("ends nothing for %s", async (_, query) => {
    const answer = await ask(new URLSearchParams(query()).toString());

    expect([answer.status, await status()]).toEqual([200, 200]);
  });
});
