import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, send, type Browser } from "../peers/browser.ts";
import { storeSession } from "../session/stored-session.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;
let browser: Browser;

beforeAll(async () => {
  door = await openSignInDoor();
  browser = door.browser();
  await door.signIn(browser);
});
afterAll(() => door.close());

const json = { Accept: "application/json" };
const fetchOf = (site: string) => ({
  ...json,
  "Sec-Fetch-Mode": "cors",
  "Sec-Fetch-Dest": "empty",
  "Sec-Fetch-Site": site,
});

function ask(from: Browser, headers: Record<string, string>, query = "") {
  return from.ask(`${door.site}/start${query}`, { headers });
}

describe("GET /start of a script that accepts JSON", () => {
  it.each([
    ["of the same origin", fetchOf("same-origin")],
    ["of a sibling host", fetchOf("same-site")],
    ["of a browser without Fetch Metadata", { Accept: "application/json, text/plain, */*" }],
  ])("returns the user of the session: %s", async (_, headers) => {
    const answer = await ask(browser, headers);

    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({
      user: "ada",
      email: "ada@example.com",
      groups: ["staff"],
      name: "Ada",
      provider: "company",
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(setCookies(answer)).toEqual([]);
  });

  it.each([
    ["", ""],
    ["?rd=/page", "?rd=http%3A%2F%2Flocalhost%3APORT%2Fpage"],
    ["?rd=https://evil.example/", ""],
    ["?rd=/_auth/sign_out", ""],
  ])("returns 401 and the address to open without a session: %s", async (query, expected) => {
    const answer = await ask(door.browser(), fetchOf("same-origin"), query);

    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toEqual({
      error: "sign_in_required",
      signIn: `${door.site}/start${expected.replace("PORT", new URL(door.site).port)}`,
    });
    expect(setCookies(answer)).toEqual([]);
  });

  it("returns 403 for an identity that may no longer pass anywhere", async () => {
    const stored = await storeSession();
    const { doorward } = await stored.door.reopen({ access: { emails: ["bob@example.com"] } });

    const answer = await send(`http://127.0.0.1:${doorward.port}/_auth/start`, new Map(), {
      headers: { ...json, Cookie: stored.cookie },
    });
    await stored.close();

    expect([answer.status, JSON.parse(answer.body)]).toEqual([403, { error: "forbidden" }]);
  });

  it.each([
    ["of another site", fetchOf("cross-site")],
    ["of no site", fetchOf("none")],
    ["of another site, without Fetch Metadata", { ...json, Origin: "https://evil.example" }],
    ["of a sandboxed frame", { ...json, Origin: "null" }],
  ])("returns nothing about the visitor to a script %s", async (_, headers) => {
    const [known, unknown] = [await ask(browser, headers), await ask(door.browser(), headers)];

    expect([known.status, unknown.status]).toEqual([403, 403]);
    expect(known.body).toBe(unknown.body);
  });

  it("has no CORS header", async () => {
    const answer = await ask(browser, { ...fetchOf("same-site"), Origin: "http://localhost:1" });

    expect(answer.status).toBe(200);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual(
      [],
    );
  });
});

describe("GET /start shows no JSON", () => {
  it.each<[string, Record<string, string>, number]>([
    ["to a navigation", { ...navigation, ...json }, 200],
    ["to a request for a page", { Accept: "text/html, application/json" }, 200],
    ["to a script that accepts anything", { ...fetchOf("same-origin"), Accept: "*/*" }, 403],
  ])("%s", async (_, headers, status) => {
    const cookie = await browser.jar.getCookieString(door.site);
    const answer = await ask(door.browser(), { ...headers, Cookie: cookie });

    expect(answer.status).toBe(status);
    expect(String(answer.headers["content-type"])).not.toContain("json");
  });
});
