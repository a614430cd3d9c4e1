import { afterEach, describe, expect, it } from "vitest";
import { navigation, type Browser, type HttpResponse } from "../peers/browser.ts";
import { removesSession } from "../peers/cookie-name.ts";
import { html } from "../peers/hostile-issuer.ts";
import { client, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
let browser: Browser;

afterEach(() => door.close());

async function open(settings: Record<string, unknown> = {}, claims = {}): Promise<void> {
  door = await openSignInDoor({
    compat: "oauth2-proxy",
    allowedRedirects: ["partner.example", "127.0.0.1:*"],
    ...settings,
  });
  const metadata = { end_session_endpoint: `${door.issuer.issuer}/end` };
  door.issuer.twist = { metadata, claims };
  browser = door.browser();
  await door.signIn(browser);
}

/** Signs out with a return target, in `rd` or in the header of oauth2-proxy's recipes. */
function signOut(rd: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
  const query = rd === "" ? "" : `?${new URLSearchParams({ rd })}`;
  return browser.ask(`${door.site}/sign_out${query}`, { headers: { ...navigation, ...headers } });
}

const after = encodeURIComponent("https://partner.example/bye");
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/;

describe("oauth2-proxy's {id_token} in the return target of a sign-out", () => {
  it.each(["rd", "the header"])(
    "becomes the session's ID token at the issuer, in %s",
    async (place) => {
      await open();
      const end = `${door.issuer.issuer}/end`;
      const target = `${end}?id_token_hint={id_token}&post_logout_redirect_uri=${after}`;

      const answer = await (place === "rd"
        ? signOut(target)
        : signOut("", { "X-Auth-Request-Redirect": target }));

      const location = String(answer.headers.location);
      const hint = new URL(location).searchParams.get("id_token_hint") ?? "";
      expect(answer.status).toBe(303);
      expect(hint).toMatch(jwt);
      expect(location).toBe(target.replace("{id_token}", hint));
      expect(setCookies(answer).some((line) => removesSession.test(line))).toBe(true);
      expect((await door.verify(browser)).status).toBe(302);
      expect(JSON.stringify(door.doorward.events)).not.toContain(hint);
    },
  );

  it("goes to the issuer once, also with signOut: issuer", async () => {
    await open({ signOut: "issuer" });

    const answer = await signOut(`${door.issuer.issuer}/end?id_token_hint={id_token}`);

    expect(String(answer.headers.location)).toMatch(/\/end\?id_token_hint=[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it.each<[string, () => string]>([
    ["another allowed host", () => "https://partner.example/?id_token_hint={id_token}"],
    [
      "an allowed host with the issuer's path",
      () => "https://partner.example/end?id_token_hint={id_token}",
    ],
    ["another port of the issuer's host", () => "http://127.0.0.1:9/end?id_token_hint={id_token}"],
    [
      "https at the issuer's host",
      () => `${door.issuer.issuer.replace("http:", "https:")}/end?id_token_hint={id_token}`,
    ],
    ["the site itself", () => `${new URL(door.site).origin}/?id_token_hint={id_token}`],
    ["another parameter", () => `${door.issuer.issuer}/end?t={id_token}`],
    ["a part of a parameter", () => `${door.issuer.issuer}/end?id_token_hint=x{id_token}`],
    ["another page of the issuer", () => `${door.issuer.issuer}/end/x?id_token_hint={id_token}`],
    ["the path", () => `${door.issuer.issuer}/{id_token}`],
    [
      "the address that the issuer redirects to",
      () =>
        `${door.issuer.issuer}/end?post_logout_redirect_uri=https://partner.example/?t={id_token}`,
    ],
    [
      "a parameter of that address",
      () =>
        `${door.issuer.issuer}/end?post_logout_redirect_uri=${encodeURIComponent("https://partner.example/?id_token_hint={id_token}")}`,
    ],
  ])("is never filled in elsewhere: %s", async (_, target) => {
    await open();

    const answer = await signOut(target());

    expect(answer.status).toBe(303);
    expect(String(answer.headers.location)).toBe(new URL(target()).href);
    expect((await door.verify(browser)).status).toBe(302);
  });

  it.each([
    "https://evil.example/?id_token_hint={id_token}",
    "//evil.example/?id_token_hint={id_token}",
    "https://evil.example\\@partner.example/?id_token_hint={id_token}",
  ])("does not make a host a return target: %s", async (target) => {
    await open();

    const answer = await signOut(target);

    expect([answer.status, answer.headers.location]).toEqual([200, undefined]);
  });

  it("gives way to the client and the account if the ID token is long", async () => {
    await open({}, { groups: Array.from({ length: 400 }, (_, index) => `a-long-name-${index}`) });

    const answer = await signOut(
      `${door.issuer.issuer}/end?id_token_hint={id_token}&post_logout_redirect_uri=${after}`,
    );

    const { searchParams } = new URL(String(answer.headers.location));
    expect(Object.fromEntries(searchParams)).toEqual({
      post_logout_redirect_uri: "https://partner.example/bye",
      client_id: client.clientId,
      logout_hint: "ada@example.com",
    });
  });

  it("gives way to the client if the visitor is signed out already", async () => {
    await open();
    const target = `${door.issuer.issuer}/end?id_token_hint={id_token}`;
    await signOut(target);

    const answer = await signOut(target);

    expect(answer.headers.location).toBe(`${door.issuer.issuer}/end?client_id=${client.clientId}`);
  });

  it("is not filled in for the session of another provider", async () => {
    await open();
    const other = await openSignInDoor();
    await door.close();
    const { issuer } = other.issuer;
    other.issuer.twist = { metadata: { end_session_endpoint: `${issuer}/end` } };
    door = await openSignInDoor({
      compat: "oauth2-proxy",
      allowedRedirects: ["127.0.0.1:*"],
      providers: { other: { type: "oidc", issuer, ...client } },
    });
    browser = door.browser();
    const start = await door.start(browser, "?provider=company");
    await door.callback(browser, door.issuer.consent(start));
    const target = `${issuer}/end?id_token_hint={id_token}`;

    const answer = await signOut(target);
    await other.close();

    expect(answer.headers.location).toBe(target);
  });

  it("signs out here although the issuer is down", async () => {
    await open();
    door.issuer.twist = { reply: { "/.well-known/openid-configuration": html(503) } };
    door.clock.now += 2 * 60 * 60_000;

    const answer = await signOut(`${door.issuer.issuer}/end?id_token_hint={id_token}`);

    expect(answer.status).toBe(303);
    expect((await door.verify(browser)).status).toBe(302);
  });

  it("means nothing without compat, and neither does the header", async () => {
    await open({ compat: undefined });
    const target = `${door.issuer.issuer}/end?id_token_hint={id_token}`;
    const header = { "X-Auth-Request-Redirect": "/bye" };

    const [shown, literal] = [await signOut("", header), await signOut(target)];

    expect([shown.status, shown.headers.location]).toEqual([200, undefined]);
    expect(literal.headers.location).toBe(target);
  });
});

describe("X-Auth-Request-Redirect at a sign-out, with compat", () => {
  it.each<[string, string, string | undefined]>([
    ["/bye", "", "/bye"],
    ["/bye", "/other", "/other"],
    ["https://evil.example/", "", undefined],
    ["/_auth/sign_out", "", undefined], // nginx's recipe sends the address of the request itself
    ["/_auth/sign_in", "", undefined],
  ])("is the return target, within the allowlist: %s with rd=%s", async (header, rd, expected) => {
    await open();

    const answer = await signOut(rd, { "X-Auth-Request-Redirect": header });

    const target = expected && new URL(expected, door.site).href;
    expect([answer.status, answer.headers.location]).toEqual([target ? 303 : 200, target]);
  });
});
