import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  refusalFaults,
  openSignInDoor,
  setCookies,
  type SignInDoor,
} from "../peers/sign-in-door.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor();
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(() => door.close());

/** The callback's URL of a fresh sign-in, with its query changed. */
async function arrive(change: (query: URLSearchParams) => void) {
  const browser = door.browser();
  const url = new URL(door.issuer.consent(await door.start(browser)));
  change(url.searchParams);
  const before = door.issuer.asked("/token");
  const answer = await door.callback(browser, url.href);
  return { browser, answer, tokenRequests: door.issuer.asked("/token") - before };
}

describe("an answer that is not of this browser's sign-in", () => {
  it.each<[string, number, (query: URLSearchParams) => void]>([
    ["no state", 400, (query) => query.delete("state")],
    ["an empty state", 400, (query) => query.set("state", "")],
    ["its state twice", 400, (query) => query.append("state", query.get("state") ?? "")],
    ["another state beside its own", 400, (query) => query.append("state", "A".repeat(22))],
    ["a state of 10 kB", 400, (query) => query.set("state", "A".repeat(10_240))],
    ["a state that nobody made", 400, (query) => query.set("state", "A".repeat(22))],
    [
      "a state with one letter in another case",
      400,
      (query) => query.set("state", swapCase(query)),
    ],
    ["a state with a NUL", 400, (query) => query.set("state", `${query.get("state")}\0`)],
    ["a state named __proto__", 400, (query) => query.set("state", "__proto__")],
    ["no code", 400, (query) => query.delete("code")],
    ["an empty code", 400, (query) => query.set("code", "")],
    ["two codes", 400, (query) => query.append("code", "another")],
    ["the wrong iss", 400, (query) => query.set("iss", "https://evil.example")],
    ["an iss with a slash more", 400, (query) => query.set("iss", `${door.issuer.issuer}/`)],
    ["an empty iss", 400, (query) => query.set("iss", "")],
    ["two iss", 400, (query) => (query.set("iss", door.issuer.issuer), query.append("iss", "x"))],
    ["an error beside the code", 403, (query) => query.set("error", "access_denied")],
    ["two errors", 400, (query) => (query.set("error", "a"), query.append("error", "b"))],
    ["an error without a state", 400, (query) => (query.delete("state"), query.set("error", "a"))],
    ["a signed answer that nobody asked for", 400, (query) => query.set("response", "a.b.c")],
    ["an ID token in its query", 400, (query) => query.set("id_token", "a.b.c")],
  ])("with %s is refused before the code goes anywhere", async (_, status, change) => {
    const { browser, answer, tokenRequests } = await arrive(change);

    expect(answer.status).toBe(status);
    expect(tokenRequests).toBe(0);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
  });

  it("of another browser is refused, code and state and all (login CSRF)", async () => {
    const attacker = door.browser();
    const victim = door.browser();
    const url = door.issuer.consent(await door.start(attacker));
    await door.start(victim);
    const before = door.issuer.asked("/token");

    const answer = await door.callback(victim, url);

    expect(answer.status).toBe(400);
    expect(door.issuer.asked("/token")).toBe(before);
    expect(await refusalFaults(door, victim, answer)).toEqual([]);
  });

  it("without iss is refused where the issuer promises to send it (RFC 9207)", async () => {
    const promising = await openSignInDoor();
    promising.issuer.twist = { metadata: { authorization_response_iss_parameter_supported: true } };
    const browser = promising.browser();

    const answer = await promising.signIn(browser);
    const withIss = promising.issuer.consent(await promising.start(browser), {
      iss: promising.issuer.issuer,
    });

    expect(answer.status).toBe(400);
    expect(promising.issuer.asked("/token")).toBe(0);
    expect(await refusalFaults(promising, browser, answer)).toEqual([]);
    expect((await promising.callback(browser, withIss)).status).toBe(302);
    await promising.close();
  });
});

describe("an issuer's no", () => {
  it("is told in words of ours, with the issuer's own escaped or left out, and is not tried again", async () => {
    const evil = `"><script>alert(1)</script>`;
    const { browser, answer, tokenRequests } = await arrive((query) => {
      query.delete("code");
      query.set("error", evil);
      query.set("error_description", evil);
      query.set("error_uri", `javascript:${evil}`);
    });

    expect(answer.status).toBe(403);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.body).not.toContain("alert(1)</script>");
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(tokenRequests).toBe(0);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
  });

  it("uses the sign-in up, so that a code which comes later opens nothing", async () => {
    const browser = door.browser();
    const url = new URL(door.issuer.consent(await door.start(browser)));
    const cookie = await browser.jar.getCookieString(url.href);
    const before = door.issuer.asked("/token");
    const no = new URL(url);
    no.searchParams.delete("code");
    no.searchParams.set("error", "access_denied");

    const refused = await door.callback(browser, no.href);
    const later = await browser.ask(url.href, { headers: { Cookie: cookie } });

    expect(setCookies(refused).join()).toMatch(/doorward-[\w-]{22}=;.*Max-Age=0/);
    expect(later.status).toBe(400);
    expect(door.issuer.asked("/token")).toBe(before);
    expect(await refusalFaults(door, browser, later)).toEqual([]);
  });
});

it.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])("%s at /callback is 405", async (method) => {
  const browser = door.browser();
  const url = door.issuer.consent(await door.start(browser));
  const before = door.issuer.asked("/token");

  const answer = await browser.ask(url, { method });

  expect(answer.status).toBe(405);
  expect(door.issuer.asked("/token")).toBe(before);
});

function swapCase(query: URLSearchParams): string {
  const swap = (letter: string) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  return (query.get("state") ?? "").replace(/[a-z]/i, swap);
}
