import { afterEach, describe, expect, it } from "vitest";
import { navigation, type HttpResponse, type Browser } from "../peers/browser.ts";
import { html } from "../peers/hostile-issuer.ts";
import { client, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import { removesSession } from "../peers/cookie-name.ts";

let door: SignInDoor;
let browser: Browser;

afterEach(() => door.close());

async function signIn(metadata = {}): Promise<void> {
  door = await openSignInDoor({ signOut: "issuer" });
  const end = { end_session_endpoint: `${door.issuer.issuer}/end`, ...metadata };
  door.issuer.twist = { metadata: end };
  browser = door.browser();
  await door.signIn(browser);
}

function signOut(query = ""): Promise<HttpResponse> {
  return browser.ask(`${door.site}/sign_out${query}`, { headers: navigation });
}

describe("signing out through the issuer", () => {
  it("ends the session here first, and sends the issuer its ID token", async () => {
    await signIn();

    const answer = await signOut("?rd=/bye");
    const location = new URL(String(answer.headers.location));
    const { id_token_hint: hint = "", ...rest } = Object.fromEntries(location.searchParams);

    expect(answer.status).toBe(303);
    expect(location.origin + location.pathname).toBe(`${door.issuer.issuer}/end`);
    expect(hint.split(".")).toHaveLength(3);
    expect(rest).toEqual({
      client_id: client.clientId,
      post_logout_redirect_uri: `${door.site}/sign_out`,
      state: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect((await door.verify(browser)).status).toBe(302);
  });

  it("returns with its state and redirects to the visitor's target, once", async () => {
    await signIn();
    const left = new URL(String((await signOut("?rd=/bye")).headers.location));
    const state = left.searchParams.get("state") ?? "";

    const back = await signOut(`?state=${state}`);
    const again = await signOut(`?state=${state}`);

    expect(back.status).toBe(303);
    expect(back.headers.location).toBe(`${new URL(door.site).origin}/bye`);
    expect([again.status, again.headers.location]).toEqual([200, undefined]);
  });

  it("says that the account is signed out as well, only after the issuer's redirect", async () => {
    await signIn();
    const left = new URL(String((await signOut()).headers.location));
    const state = left.searchParams.get("state") ?? "";

    const bodies = [
      await door.browser().ask(`${door.site}/sign_out?state=${state}`, { headers: navigation }),
      await signOut(`?state=${state}`),
      await signOut(`?state=${state}`),
    ].map(({ body }) => body);

    expect(bodies).toEqual([
      expect.stringContaining("may still know you"),
      expect.stringContaining("of your account at the account service as well"),
      expect.stringContaining("may still know you"),
    ]);
  });

  it("redirects nowhere with a state of another browser", async () => {
    await signIn();
    const left = new URL(String((await signOut("?rd=/bye")).headers.location));
    const state = left.searchParams.get("state") ?? "";

    const other = await door.browser().ask(`${door.site}/sign_out?state=${state}`, {
      headers: navigation,
    });
    const changed = await signOut(`?state=${state.slice(1)}A`);

    expect([other.status, other.headers.location]).toEqual([200, undefined]);
    expect([changed.status, changed.headers.location]).toEqual([200, undefined]);
  });

  it.each([
    ["has no end_session_endpoint", { end_session_endpoint: undefined }, undefined],
    ["is down", {}, html(503)],
  ])("ends the session here even if the issuer %s", async (_, metadata, reply) => {
    await signIn(metadata);
    if (reply) door.issuer.twist = { reply: { "/.well-known/openid-configuration": reply } };
    door.clock.now += 2 * 60 * 60_000;

    const answer = await signOut("?rd=/bye");

    expect(answer.status).toBe(303);
    expect((await door.verify(browser)).status).toBe(302);
  });

  it("removes the session cookie", async () => {
    await signIn();

    const answer = await signOut();

    expect(
      setCookies(answer).some((line) => removesSession.test(line) && line.includes("Max-Age=0")),
    ).toBe(true);
  });
});

describe("a refresh token", () => {
  it("is revoked at the issuer in the background when its session ends", async () => {
    door = await openSignInDoor();
    const { promise, resolve } = Promise.withResolvers<void>();
    door.issuer.twist = {
      refreshes: true,
      metadata: { revocation_endpoint: `${door.issuer.issuer}/revoke` },
      reply: { "/revoke": (response) => promise.then(() => response.end()) },
    };
    browser = door.browser();
    await door.signIn(browser);

    const answer = await signOut();
    await expect.poll(() => door.issuer.asked("/revoke")).toBe(1);
    resolve();

    const { body = "" } = door.issuer.received.find(({ path }) => path === "/revoke") ?? {};
    const form = new URLSearchParams(body);
    expect(answer.status).toBe(200);
    expect(door.issuer.secrets).toContain(form.get("token"));
    expect(form.get("token_type_hint")).toBe("refresh_token");
  });

  it.each([
    ["returns an error", html(500)],
    ["is unreachable", (response: { destroy(): void }) => response.destroy()],
  ])("does not keep the session alive if the issuer %s at its revocation", async (_, reply) => {
    door = await openSignInDoor();
    const metadata = { revocation_endpoint: `${door.issuer.issuer}/revoke` };
    door.issuer.twist = { refreshes: true, metadata, reply: { "/revoke": reply } };
    browser = door.browser();
    await door.signIn(browser);

    const answer = await signOut();

    expect([answer.status, (await door.verify(browser)).status]).toEqual([200, 302]);
    await expect
      .poll(() => door.doorward.events.map(({ msg }) => msg))
      .toContain("could not revoke a refresh token");
  });
});
