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

/** Opens the callback URL of a new sign-in, with its query changed. */
async function arrive(change: (query: URLSearchParams) => void) {
  const browser = door.browser();
  const url = new URL(door.issuer.consent(await door.start(browser)));
  change(url.searchParams);
  const before = door.issuer.asked("/token");
  const answer = await door.callback(browser, url.href);
  return { browser, answer, tokenRequests: door.issuer.asked("/token") - before };
}

describe("a response that does not match a sign-in of this browser", () => {
  it.each<[string, number, (query: URLSearchParams) => void]>([
    ["no state", 400, (query) => query.delete("state")],
    ["an empty state", 400, (query) => query.set("state", "")],
    ["its state twice", 400, (query) => query.append("state", query.get("state") ?? "")],
    ["a second, different state", 400, (query) => query.append("state", "A".repeat(22))],
    ["a state of 10 kB", 400, (query) => query.set("state", "A".repeat(10_240))],
    ["an unknown state", 400, (query) => query.set("state", "A".repeat(22))],
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
    ["an iss with an additional slash", 400, (query) => query.set("iss", `${door.issuer.issuer}/`)],
    ["an empty iss", 400, (query) => query.set("iss", "")],
    ["two iss", 400, (query) => (query.set("iss", door.issuer.issuer), query.append("iss", "x"))],
    ["an error and a code", 403, (query) => query.set("error", "access_denied")],
    ["two errors", 400, (query) => (query.set("error", "a"), query.append("error", "b"))],
    ["an error without a state", 400, (query) => (query.delete("state"), query.set("error", "a"))],
    [
      "a signed response (JARM) that was not requested",
      400,
      (query) => query.set("response", "a.b.c"),
    ],
    ["an ID token in its query", 400, (query) => query.set("id_token", "a.b.c")],
  ])("is rejected before the code is sent: %s", async (_, status, change) => {
    const { browser, answer, tokenRequests } = await arrive(change);

    expect(answer.status).toBe(status);
    expect(tokenRequests).toBe(0);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
  });

  it("with an iss of any length and any characters leaves a short line in the log", async () => {
    const before = door.doorward.events.length;

    await arrive((query) =>
      query.set("iss", `https://evil.example/\u009b31m ${"x".repeat(9_000)}`),
    );

    const lines = door.doorward.events.slice(before);
    const details = lines.map(({ detail }) => String(detail));
    const found = details.find((detail) => detail.includes("https://evil.example/")) ?? "";
    expect(found).toContain('has iss "https://evil.example/');
    expect(found.length).toBeLessThan(400);
  });

  it("is rejected if it is of another browser, with valid code and state (login CSRF)", async () => {
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

  it("is rejected without iss if the issuer's metadata declares it (RFC 9207)", async () => {
    const declaring = await openSignInDoor();
    declaring.issuer.twist = { metadata: { authorization_response_iss_parameter_supported: true } };
    const browser = declaring.browser();

    const answer = await declaring.signIn(browser);
    const withIss = declaring.issuer.consent(await declaring.start(browser), {
      iss: declaring.issuer.issuer,
    });

    expect(answer.status).toBe(400);
    expect(declaring.issuer.asked("/token")).toBe(0);
    expect(await refusalFaults(declaring, browser, answer)).toEqual([]);
    expect((await declaring.callback(browser, withIss)).status).toBe(302);
    await declaring.close();
  });
});

describe("an error response of the issuer", () => {
  it("shows doorward's own page, with the issuer's text escaped or omitted, and is not retried", async () => {
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

  const cancelled = { title: "You are not signed in", retryAfter: undefined };
  const unavailable = { title: "Sign-in is not possible right now", retryAfter: "5" };
  const operators = { title: "This site is not set up correctly", retryAfter: undefined };

  it.each<[string, number, { title: string; retryAfter: string | undefined }]>([
    ["access_denied", 403, cancelled],
    ["login_required", 403, cancelled],
    ["consent_required", 403, cancelled],
    ["user_cancelled_login", 403, cancelled],
    ["", 403, cancelled],
    ["temporarily_unavailable", 503, unavailable],
    ["server_error", 503, unavailable],
    ["invalid_scope", 502, operators],
    ["unauthorized_client", 502, operators],
    ["invalid_request", 502, operators],
    ["unsupported_response_type", 502, operators],
    ["request_not_supported", 502, operators],
    ["invalid_request_object", 502, operators],
    ["redirect_uri_mismatch", 502, operators],
    [
      "unmet_authentication_requirements",
      403,
      { ...cancelled, title: "A stronger sign-in is needed" },
    ],
  ])("(%j) has the status %i, and a page for the one who can act", async (error, status, page) => {
    const { browser, answer, tokenRequests } = await arrive((query) => {
      query.delete("code");
      query.set("error", error);
      query.set("error_description", `Said\nby "them" ${"b2".repeat(20)} ${"long ".repeat(99)}`);
    });
    const { detail: reason } = door.doorward.events.at(-1) ?? {};

    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`<h1>${page.title}</h1>`);
    expect(answer.headers["retry-after"]).toBe(page.retryAfter);
    expect(tokenRequests).toBe(0);
    expect(reason).toContain(`returned the error ${error}`);
    expect(reason).toContain(String.raw`"Said\nby \"them\" … long`);
    expect(String(reason).length).toBeLessThan(400);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
  });

  it("ends the sign-in, so that a later code opens no session", async () => {
    const browser = door.browser();
    const url = new URL(door.issuer.consent(await door.start(browser)));
    const cookie = await browser.jar.getCookieString(url.href);
    const before = door.issuer.asked("/token");
    const error = new URL(url);
    error.searchParams.delete("code");
    error.searchParams.set("error", "access_denied");

    const refused = await door.callback(browser, error.href);
    const later = await browser.ask(url.href, { headers: { Cookie: cookie } });

    expect(setCookies(refused).join()).toMatch(/doorward-[0-9a-f]{6}-[\w-]{22}=;.*Max-Age=0/);
    expect(later.status).toBe(400);
    expect(door.issuer.asked("/token")).toBe(before);
    expect(await refusalFaults(door, browser, later)).toEqual([]);
  });
});

it.each(["POST", "PUT", "DELETE", "HEAD", "OPTIONS"])(
  "%s at /callback returns 405",
  async (method) => {
    const browser = door.browser();
    const url = door.issuer.consent(await door.start(browser));
    const before = door.issuer.asked("/token");

    const answer = await browser.ask(url, { method });

    expect(answer.status).toBe(405);
    expect(door.issuer.asked("/token")).toBe(before);
  },
);

function swapCase(query: URLSearchParams): string {
  const swap = (letter: string) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  return (query.get("state") ?? "").replace(/[a-z]/i, swap);
}
