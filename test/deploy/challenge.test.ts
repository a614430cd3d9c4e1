import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { shakeHands } from "../peers/websocket.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

describe.each(variants)("a request without a session, behind $name", (variant) => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await setUp(variant);
  });
  afterAll(() => stand.close());

  it("is redirected to sign in, for a page, and returns to the same URL afterwards", async () => {
    const browser = stand.newBrowser();
    const wanted = `${appUrl}/x?a=1&b=2%26c`;

    const challenge = await browser.ask(wanted, { headers: navigation });
    const end = await browser.signIn(wanted, "ada");

    expect([302, 303]).toContain(challenge.status);
    expect(challenge.headers.location).toBe(
      `${variant.site}/start?rd=${encodeURIComponent(wanted)}`,
    );
    expect(challenge.headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    });
    expect(challenge.headers["www-authenticate"]).toBeUndefined();
    expect(challenge.headers["set-cookie"]).toBeUndefined();
    expect(end).toMatchObject({ url: wanted, status: 200 });
    expect(stand.app.heard.map(({ url }) => url)).toEqual(["/x?a=1&b=2%26c"]);
  });

  it("is redirected with 303, for a form, and the app does not get it", async () => {
    const before = stand.app.heard.length;

    const answer = await stand.newBrowser().ask(`${appUrl}/form`, {
      method: "POST",
      headers: { ...navigation, "Content-Type": "application/x-www-form-urlencoded" },
      body: "a=1",
    });

    expect(answer.status).toBe(303);
    expect(answer.headers.location).toMatch(/\/start\?rd=/);
    expect(stand.app.heard).toHaveLength(before);
  });

  it.each([
    ["fetch of a script", "GET", { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" }],
    ["an older script", "GET", { Accept: "text/html", "X-Requested-With": "XMLHttpRequest" }],
    ["a command line", "GET", {}],
    ["a HEAD request", "HEAD", {}],
    [
      "a CORS preflight",
      "OPTIONS",
      { Origin: "https://other.example", "Access-Control-Request-Method": "PUT" },
    ],
  ])("is answered 401 without a redirect, for %s", async (_, method, headers) => {
    const before = stand.app.heard.length;

    const answer = await stand.newBrowser().ask(`${appUrl}/api`, { method, headers });

    expect(answer.status).toBe(401);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.headers["cache-control"]).toBe("no-store");
    // Envoy drops Content-Type where it sends no body.
    const isDropped = variant.proxy === "envoy" && method === "HEAD";
    const [type] = String(answer.headers["content-type"]).split(";");
    expect(type).toBe(isDropped ? "undefined" : "application/json");
    expect(answer.body).toBe(method === "HEAD" ? "" : '{"error":"sign_in_required"}');
    expect(stand.app.heard).toHaveLength(before);
  });

  it("is answered 401, for a WebSocket handshake, and the app does not get it", async () => {
    const before = stand.app.heard.length;

    const { status } = await shakeHands("wss://app.example.com/socket", stand.proxy.https, {});

    expect(status).toBe(401);
    expect(stand.app.heard).toHaveLength(before);
  });

  it("is answered 401 with a forged cookie", async () => {
    const before = stand.app.heard.length;

    const answer = await stand.newBrowser().ask(`${appUrl}/x`, {
      headers: { Cookie: `${variant.cookieName}=${"A".repeat(43)}` },
    });

    expect(answer.status).toBe(401);
    expect(stand.app.heard).toHaveLength(before);
  });
});
