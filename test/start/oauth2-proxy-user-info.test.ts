import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, send, type Browser } from "../peers/browser.ts";
import { forwarded, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import { storeSession } from "../session/stored-session.ts";

let door: SignInDoor;
let browser: Browser;

beforeAll(async () => {
  door = await openSignInDoor({ compat: "oauth2-proxy" });
  browser = door.browser();
  await door.signIn(browser);
});
afterAll(() => door.close());

const fetchOf = (site: string) => ({
  Accept: "*/*",
  "Sec-Fetch-Mode": "cors",
  "Sec-Fetch-Dest": "empty",
  "Sec-Fetch-Site": site,
});

function ask(from: Browser, headers: Record<string, string> = {}) {
  return from.ask(`${door.site}/userinfo`, { headers });
}

describe("oauth2-proxy's /oauth2/userinfo", () => {
  it.each<[string, Record<string, string>]>([
    ["a script of the same origin", fetchOf("same-origin")],
    ["a script of a sibling host", { ...fetchOf("same-site"), Origin: "http://localhost:1" }],
    ["a visitor who types the address", navigation],
    ["a program", {}],
    ["any reverse proxy", { "X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "http" }],
  ])("returns the user of the session in that tool's field names: %s", async (_, headers) => {
    const answer = await ask(browser, headers);

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      user: "ada",
      email: "ada@example.com",
      groups: ["staff"],
      preferredUsername: "ada.l",
    });
    expect(answer.headers["content-type"]).toContain("application/json");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(Object.keys(answer.headers).join(" ")).not.toContain("access-control");
    expect(setCookies(answer)).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ["without a cookie", {}],
    ["with a made-up cookie", { Cookie: "doorward-000000=x" }],
    ["with a token of another session", { Authorization: "Bearer x" }],
  ])("is 401 without a session: %s", async (_, headers) => {
    const answer = await ask(door.browser(), headers);

    expect([answer.status, answer.body]).toEqual([401, '{"error":"sign_in_required"}']);
  });

  it("is 401 for an identity that may no longer pass anywhere", async () => {
    const stored = await storeSession();
    const settings = { compat: "oauth2-proxy", access: { emails: ["bob@example.com"] } };
    const { doorward } = await stored.door.reopen(settings);

    const answer = await send(`http://127.0.0.1:${doorward.port}/_auth/userinfo`, new Map(), {
      headers: { Cookie: stored.cookie },
    });
    await stored.close();

    expect(answer.status).toBe(401);
  });

  it.each<[string, () => Record<string, string>]>([
    ["Traefik's", () => forwarded(door.site)],
    ["one header of Traefik's", () => ({ "X-Forwarded-Uri": "/" })],
    ["nginx's", () => ({ "X-Original-URL": `${door.site}/`, "X-Original-Method": "GET" })],
  ])("refuses a proxy's auth request, because it knows no page: %s", async (_, headers) => {
    const answer = await ask(browser, headers());

    expect([answer.status, answer.body]).toEqual([403, '{"error":"not_for_proxies"}']);
  });

  it.each<[string, Record<string, string>]>([
    ["of another site", fetchOf("cross-site")],
    ["of another site, without Fetch Metadata", { Origin: "https://evil.example" }],
  ])("returns nothing about the visitor to a script %s", async (_, headers) => {
    const [known, unknown] = [await ask(browser, headers), await ask(door.browser(), headers)];

    expect([known.status, known.body]).toEqual([403, unknown.body]);
  });

  it("rejects POST", async () => {
    const answer = await browser.ask(`${door.site}/userinfo`, { method: "POST" });

    expect(answer.status).toBe(405);
  });
});
