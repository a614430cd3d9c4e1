import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, type HttpResponse, type Browser } from "../peers/browser.ts";
import { openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const rules = [
  { path: "/public/**", allow: "public" },
  { path: "/admin/**", allow: { groups: ["admins"] } },
  { query: "preview", allow: "public" },
];

/** What Envoy asks when somebody sends this to the app: the visitor's method, and the target behind its prefix. */
function asking(door: SignInDoor, browser: Browser) {
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

describe("Envoy's question", () => {
  let door: SignInDoor;
  let ada: ReturnType<typeof asking>;
  let stranger: ReturnType<typeof asking>;

  beforeAll(async () => {
    door = await openSignInDoor({ rules });
    const browser = door.browser();
    await door.signIn(browser);
    ada = asking(door, browser);
    stranger = asking(door, door.browser());
  });
  afterAll(() => door.close());

  it.each(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])(
    "is answered 200, empty and with all identity headers, for whoever may pass: %s",
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
    "sends a person who is not signed in back to the very same address: %s",
    async (method, status) => {
      const answer = await stranger("/x?a=1&b=2%26c", { method, headers: navigation });

      const { origin } = new URL(door.site);
      expect(answer.status).toBe(status);
      expect(answer.headers.location).toBe(
        `${door.site}/start?rd=${encodeURIComponent(`${origin}/x?a=1&b=2%26c`)}`,
      );
    },
  );

  it("is 401 for a program that is not signed in", async () => {
    const answer = await stranger("/x");

    expect(answer.status).toBe(401);
    expect(answer.headers.location).toBeUndefined();
  });

  it.each([
    ["the first page", "/", 401],
    ["a public page", "/public/x", 200],
    ["a public page by its query", "/x?preview", 200],
    ["no page", "", 400],
    ["two slashes", "//x", 401],
    ["two slashes, and what may be a host", "//public/x", 401],
    ["a way out of a public page", "/public/../x", 401],
    ["an encoded way out", "/public/%2e%2e/x", 401],
    ["an encoded slash", "/public%2fx", 401],
    ["an encoded slash in a public page", "/public/..%2fx", 401],
    ["a way out of the question", "/../verify/public/x", 401],
    ["a way to a page of ours", "/../start", 401],
    ["the name of a page of ours", "/_auth/start", 401],
    ["the question in the question", "/_auth/verify/public/x", 401],
    ["another host in the path", "/http://localhost/public/x", 401],
    ["a question mark that is encoded", "/x%3Fpreview", 401],
    ["path parameters", "/public;x/y", 401],
    ["half an escape", "/public/%", 400],
    ["a fragment", "/x#/public/x", 400],
  ])("is about the path byte for byte: %s", async (_, target, status) => {
    expect((await stranger(target)).status).toBe(status);
  });

  it.each(["/admin", "/admin/x", "//admin/x", "/%61dmin/x", "/public/..//admin/%2e%2e/x;a=1"])(
    "is 403 for whoever may not pass there: %s",
    async (target) => {
      expect((await ada(target)).status).toBe(403);
    },
  );

  it.each([
    "/x?allowed_groups=",
    "/x?allowed_groups=nobody",
    "/x?allowed_emails=eve@example.com&allowed_email_domains=",
  ])("leaves the visitor's own query to the app: %s", async (target) => {
    const [known, unknown] = await Promise.all([ada(target), stranger(target)]);

    expect([known.status, unknown.status]).toEqual([200, 401]);
  });

  it.each(["/", "/x", "//", "/?x"])("is never the one for who is signed in: %s", async (target) => {
    const headers = { Accept: "application/json" };

    const [known, unknown] = await Promise.all([
      ada(target, { headers }),
      ada(target, { headers: { ...headers, "X-Forwarded-Proto": "" } }),
    ]);

    expect([known.status, known.body]).toEqual([200, ""]);
    expect(unknown.status).toBe(400);
    expect(unknown.body).not.toContain("ada");
  });

  it.each([
    ["without the scheme", { "X-Forwarded-Proto": "" }],
    ["about another host", { Host: "elsewhere.example" }],
    ["with two hosts", { Host: ["localhost", "localhost"] }],
    ["with another URI in a header", { "X-Forwarded-Uri": "/public/x" }],
    ["with another URL in a header", { "X-Original-URL": "http://localhost/public/x" }],
    ["with another method in a header", { "X-Forwarded-Method": "POST" }],
  ])("lets nobody pass %s", async (_, headers) => {
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
  ])("is asked in one spelling alone, and not %s%s", async (prefix, target) => {
    expect((await ada(target, { prefix })).status).toBe(404);
  });
});

describe("where another family is pinned", () => {
  it.each(["forwarded", "original"])("nothing lies beneath /verify: %s", async (dialect) => {
    const door = await openSignInDoor({ dialect });
    const browser = door.browser();
    await door.signIn(browser);

    const { status } = await asking(door, browser)("/x");

    expect(status).toBe(404);
    await door.close();
  });
});

describe("where Envoy's family is pinned", () => {
  it("what the visitor says in another one counts for nothing, and /verify alone is no question", async () => {
    const door = await openSignInDoor({ dialect: "ext-authz", rules });
    const browser = door.browser();
    await door.signIn(browser);
    const spoofed = {
      "X-Forwarded-Uri": "/public/x",
      "X-Original-URL": "http://localhost/public/x",
    };
    const json = { Accept: "application/json" };

    const known = await asking(door, browser)("/x", { headers: spoofed });
    const unknown = await asking(door, door.browser())("/x", { headers: spoofed });
    const alone = await asking(door, browser)("", { headers: { ...spoofed, ...json } });
    const bare = await asking(door, browser)("", { headers: json });
    const withQuery = await asking(door, browser)("?x=/public/x", { headers: json });

    expect([known, unknown, alone, bare, withQuery].map(({ status }) => status)).toEqual([
      200, 401, 400, 400, 400,
    ]);
    await door.close();
  });
});
