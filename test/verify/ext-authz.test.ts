import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, type HttpResponse, type Browser } from "../peers/browser.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const rules = [
  { path: "/public/**", allow: "public" },
  { path: "/admin/**", allow: { groups: ["admins"] } },
  { query: "preview", allow: "public" },
];

/** Sends a visitor's request as Envoy does: the visitor's method, and the target after a prefix. */
function envoyOf(door: SignInDoor, browser: Browser) {
  return (
    target: string,
    { method = "GET", headers = {}, prefix = "/_auth/verify" } = {},
  ): Promise<HttpResponse> =>
    browser.ask(`${door.site}/x`, {
      method,
      target: prefix + target,
      headers: { "X-Forwarded-Proto": "http", ...headers },
    });
}

describe("a request from Envoy", () => {
  let door: SignInDoor;
  let ada: ReturnType<typeof envoyOf>;
  let anonymous: ReturnType<typeof envoyOf>;

  beforeAll(async () => {
    door = await openSignInDoor({ rules });
    const browser = door.browser();
    await door.signIn(browser);
    ada = envoyOf(door, browser);
    anonymous = envoyOf(door, door.browser());
  });
  afterAll(() => door.close());

  it.each(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])(
    "gets an empty 200 with all identity headers for a visitor with access: %s",
    async (method) => {
      const answer = await ada("/x?a=1", { method });

      expect(answer).toMatchObject({ status: 200, body: "" });
      expect(answer.headers).toMatchObject({
        "content-length": "0",
        "cache-control": "no-store",
        "x-auth-request-user": "ada",
        "x-auth-request-groups": "staff",
      });
      expect(answer.headers["transfer-encoding"]).toBeUndefined();
    },
  );

  it.each([
    ["GET", 302],
    ["HEAD", 302],
    ["POST", 303],
  ])(
    "redirects a visitor without a session to sign-in, with the same URL as return target: %s",
    async (method, status) => {
      const answer = await anonymous("/x?a=1&b=2%26c", { method, headers: navigation });

      const { origin } = new URL(door.site);
      expect(answer.status).toBe(status);
      expect(answer.headers.location).toBe(
        `${door.site}/start?rd=${encodeURIComponent(`${origin}/x?a=1&b=2%26c`)}`,
      );
    },
  );

  it("gets 401 for a program without a session", async () => {
    const answer = await anonymous("/x");

    expect(answer.status).toBe(401);
    expect(answer.headers.location).toBeUndefined();
  });

  it.each([
    ["the first page", "/", 401],
    ["a public page", "/public/x", 200],
    ["a public page by its query", "/x?preview", 200],
    ["an empty path", "", 400],
    ["two slashes", "//x", 401],
    ["two slashes, and a possible host", "//public/x", 401],
    ["dot segments out of a public page", "/public/../x", 401],
    ["encoded dot segments", "/public/%2e%2e/x", 401],
    ["an encoded slash", "/public%2fx", 401],
    ["an encoded slash in a public page", "/public/..%2fx", 401],
    ["dot segments out of /verify", "/../verify/public/x", 401],
    // A proxy that hides /verify by the path that it resolves passes these on.
    ["dot segments to an endpoint of doorward", "/../start", 404],
    ["encoded dot segments to an endpoint of doorward", "/..%2fstart", 404],
    ["dot segments encoded twice", "/..%252fstart", 404],
    ["backslashes to an endpoint of doorward", "/..%5cstart", 404],
    ["a path parameter in a dot segment", "/..;/start", 404],
    ["dot segments beyond the root", "/x/../../../start", 404],
    ["a long path with dot segments", `/${"x".repeat(2_000)}/../y`, 404],
    ["a long path with an escape", `/%20${"x".repeat(9_000)}`, 401],
    ["dots that are no dot segment", "/..x/..start", 401],
    ["an escape that is no dot segment", "/caf%C3%A9", 401],
    ["the path of an endpoint of doorward", "/_auth/start", 401],
    ["/verify within /verify", "/_auth/verify/public/x", 401],
    ["another host in the path", "/http://localhost/public/x", 401],
    ["an encoded question mark", "/x%3Fpreview", 401],
    ["path parameters", "/public;x/y", 401],
    ["an incomplete escape", "/public/%", 400],
    ["a fragment", "/x#/public/x", 400],
  ])("is decided by the path byte for byte: %s", async (_, target, status) => {
    expect((await anonymous(target)).status).toBe(status);
  });

  it.each(["/admin", "/admin/x", "//admin/x", "/%61dmin/x", "/public/..//admin/%2e%2e/x;a=1"])(
    "gets 403 for a visitor without access: %s",
    async (target) => {
      expect((await ada(target)).status).toBe(403);
    },
  );

  it.each([
    "/x?allowed_groups=",
    "/x?allowed_groups=others",
    "/x?allowed_emails=eve@example.com&allowed_email_domains=",
  ])("ignores allowed_… in the visitor's own query: %s", async (target) => {
    const [known, unknown] = await Promise.all([ada(target), anonymous(target)]);

    expect([known.status, unknown.status]).toEqual([200, 401]);
  });

  it.each(["/", "/x", "//", "/?x"])("gets no user information: %s", async (target) => {
    const headers = { Accept: "application/json" };

    const [known, unknown] = await Promise.all([
      ada(target, { headers }),
      ada(target, { headers: { ...headers, "X-Forwarded-Proto": "" } }),
    ]);

    expect([known.status, known.body]).toEqual([200, ""]);
    expect(unknown.status).toBe(400);
    expect(unknown.body).not.toMatch(/\bada\b/);
  });

  it.each([
    ["without the scheme", { "X-Forwarded-Proto": "" }],
    ["about another host", { Host: "elsewhere.example" }],
    ["with two hosts", { Host: ["localhost", "localhost"] }],
    ["with another URI in a header", { "X-Forwarded-Uri": "/public/x" }],
    ["with another URL in a header", { "X-Original-URL": "http://localhost/public/x" }],
    ["with another method in a header", { "X-Forwarded-Method": "POST" }],
  ])("is refused %s", async (_, headers) => {
    const { status } = await ada("/x", { headers });

    expect([400, 403]).toContain(status);
  });

  it.each([
    ["", "/verify"],
    ["/_auth/verify%2f", "x"],
    ["/_auth/verify;", "/x"],
    ["/_auth//verify", "/x"],
    ["/_auth/Verify", "/x"],
    ["/_auth/%76erify", "/x"],
    ["/verify", "/x"],
    ["/x/_auth/verify", "/x"],
    ["http://localhost/_auth/verify", "/x"],
  ])("gets 404 for any other spelling of /verify: %s%s", async (prefix, target) => {
    expect((await ada(target, { prefix })).status).toBe(404);
  });
});

describe("another pinned dialect", () => {
  it.each(["forwarded", "original"])("makes paths below /verify 404: %s", async (dialect) => {
    const door = await openSignInDoor({ dialect });
    const browser = door.browser();
    await door.signIn(browser);

    const { status } = await envoyOf(door, browser)("/x");

    expect(status).toBe(404);
    await door.close();
  });
});

describe("the pinned dialect of Envoy", () => {
  it("ignores the headers of other families, and refuses /verify without a URI", async () => {
    const door = await openSignInDoor({ dialect: "ext-authz", rules });
    const browser = door.browser();
    await door.signIn(browser);
    const spoofed = {
      "X-Forwarded-Uri": "/public/x",
      "X-Original-URL": "http://localhost/public/x",
    };
    const json = { Accept: "application/json" };

    const known = await envoyOf(door, browser)("/x", { headers: spoofed });
    const unknown = await envoyOf(door, door.browser())("/x", { headers: spoofed });
    const alone = await envoyOf(door, browser)("", { headers: { ...spoofed, ...json } });
    const bare = await envoyOf(door, browser)("", { headers: json });
    const withQuery = await envoyOf(door, browser)("?x=/public/x", { headers: json });

    expect([known, unknown, alone, bare, withQuery].map(({ status }) => status)).toEqual([
      200, 401, 400, 400, 400,
    ]);
    await door.close();
  });
});
