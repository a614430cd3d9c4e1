import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { shakeHands } from "../peers/websocket.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

describe.each(variants)("without a session, behind $name", (variant) => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await setUp(variant);
  });
  afterAll(() => stand.close());

  it("a person is sent to sign in, and comes back to the very same address", async () => {
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

  it("a form becomes a GET to sign in, and the app does not get it", async () => {
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
    ["a script's fetch", "GET", { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" }],
    ["an older script", "GET", { Accept: "text/html", "X-Requested-With": "XMLHttpRequest" }],
    ["a command line", "GET", {}],
    ["a head of the same", "HEAD", {}],
    [
      "a CORS preflight",
      "OPTIONS",
      { Origin: "https://other.example", "Access-Control-Request-Method": "PUT" },
    ],
  ])("%s gets a plain 401", async (_, method, headers) => {
    const before = stand.app.heard.length;

    const answer = await stand.newBrowser().ask(`${appUrl}/api`, { method, headers });

    expect(answer.status).toBe(401);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(answer.headers).toMatchObject({
      "cache-control": "no-store",
      "content-type": expect.stringContaining("application/json"),
    });
    expect(answer.body).toBe(method === "HEAD" ? "" : '{"error":"sign_in_required"}');
    expect(stand.app.heard).toHaveLength(before);
  });

  it("a WebSocket handshake gets a 401 and never meets the app", async () => {
    const before = stand.app.heard.length;

    const { status } = await shakeHands("wss://app.example.com/socket", stand.proxy.https, {});

    expect(status).toBe(401);
    expect(stand.app.heard).toHaveLength(before);
  });

  it("a false cookie opens nothing", async () => {
    const before = stand.app.heard.length;

    const answer = await stand.newBrowser().ask(`${appUrl}/x`, {
      headers: { Cookie: `${variant.cookieName}=${"A".repeat(43)}` },
    });

    expect(answer.status).toBe(401);
    expect(stand.app.heard).toHaveLength(before);
  });
});
