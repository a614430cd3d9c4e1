import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { html, json, type Path, type Reply, type Twist } from "../peers/hostile-issuer.ts";
import { refusalFaults, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor();
  await door.signIn(door.browser()); // caches its metadata and keys
});
afterEach(() => {
  door.issuer.twist = {};
});
afterAll(() => door.close());

const error =
  (status: number, name: unknown): Reply =>
  (response) =>
    json(response, status, { error: name, error_description: "<script>alert(1)</script>" });

const elsewhere: Reply = (response, request) =>
  response.writeHead(302, { Location: `http://${request.headers.host}/elsewhere` }).end();

const tooMuch: Reply = (response) =>
  response
    .writeHead(200, { "Content-Type": "application/json" })
    .end(JSON.stringify({ access_token: "a", token_type: "Bearer", padding: "x".repeat(9 << 20) }));

describe("an issuer that fails after the callback", () => {
  it.each<[string, Path, number, Reply]>([
    ["rejects the code", "/token", 400, error(400, "invalid_grant")],
    ["does not know the client", "/token", 502, error(401, "invalid_client")],
    ["rejects the client with WWW-Authenticate", "/token", 502, unauthorised],
    ["does not allow the client the grant", "/token", 502, error(400, "unauthorized_client")],
    ["fails at the token endpoint", "/token", 502, error(500, "server_error")],
    ["is overloaded", "/token", 502, (response) => response.writeHead(503).end()],
    ["returns an error that is not a string", "/token", 502, error(400, { a: 1 })],
    ["returns a web page for the code", "/token", 502, html(200)],
    ["returns an error page for the code", "/token", 502, html(500)],
    [
      "returns an empty body for the code",
      "/token",
      502,
      (response) => response.writeHead(200).end(),
    ],
    ["returns null for the code", "/token", 400, ofJson("null")],
    ["returns a list for the code", "/token", 400, ofJson("[]")],
    ["returns a number for the code", "/token", 400, ofJson("0")],
    ["returns truncated JSON for the code", "/token", 502, ofJson('{"access_token":"a",')],
    ["returns 9 MB for the code", "/token", 502, tooMuch],
    ["redirects the token request", "/token", 502, elsewhere],
    [
      "closes the connection at the token endpoint",
      "/token",
      503,
      (response) => response.destroy(),
    ],
    ["fails at userinfo", "/userinfo", 502, html(500)],
    ["returns a web page as userinfo", "/userinfo", 502, html(200)],
    ["rejects the userinfo request", "/userinfo", 502, unauthorised],
    ["returns 9 MB as userinfo", "/userinfo", 502, tooMuch],
    ["redirects the userinfo request", "/userinfo", 502, elsewhere],
    ["closes the connection at userinfo", "/userinfo", 503, (response) => response.destroy()],
  ])("and %s (%s) causes an error page with status %i and no session", async (...row) => {
    const [, path, status, reply] = row;
    door.issuer.twist = { reply: { [path]: reply } };
    const browser = door.browser();

    const answer = await door.signIn(browser);

    expect(answer.status).toBe(status);
    expect(answer.body).toContain("Try again");
    expect(door.issuer.received.map((one) => one.path)).not.toContain("/elsewhere");
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
  });

  it.each<[string, Twist["token"]]>([
    ["no access token", { access_token: undefined }],
    ["an access token that is not a string", { access_token: { a: 1 } }],
    ["no token type", { token_type: undefined }],
    ["an unsupported token type", { token_type: "mac" }],
    ["a token type that is bound to a key", { token_type: "DPoP" }],
    ["an unknown token type", { token_type: "N_A" }],
    ["an ID token that is not a string", { id_token: { a: 1 } }],
    ["an ID token of null", { id_token: null }],
  ])("and returns %s opens no session", async (_, token = {}) => {
    door.issuer.twist = { token };
    const browser = door.browser();

    expect(await refusalFaults(door, browser, await door.signIn(browser))).toEqual([]);
  });

  it.each(["mac", "DPoP"])("and returns the token type %s has it in the log", async (type) => {
    door.issuer.twist = { token: { token_type: type } };

    await door.signIn(door.browser());

    expect(String(door.doorward.events.at(-1)?.detail)).toMatch(
      new RegExp(`token_type (is )?"?${type}"?, not Bearer`, "i"),
    );
  });

  it.each(["bearer", "BEARER"])("and returns the token type %s is accepted", async (type) => {
    door.issuer.twist = { token: { token_type: type } };

    expect((await door.signIn(door.browser())).status).toBe(302);
  });

  it("does not affect existing sessions, and sign-in works again as soon as the issuer does", async () => {
    const ada = door.browser();
    await door.signIn(ada);
    door.issuer.twist = { reply: { "/token": html(500), "/userinfo": html(500) } };
    const late = door.browser();

    const failed = await door.signIn(late);
    const meanwhile = await door.verify(ada);
    door.issuer.twist = {};
    const retried = await door.signIn(late);

    expect([failed.status, meanwhile.status, retried.status]).toEqual([502, 200, 302]);
    expect((await door.verify(late)).status).toBe(200);
  });
});

describe("keys that cannot be fetched or used", () => {
  it.each<[string, number, Reply]>([
    ["a web page", 502, html(200)],
    ["an error", 502, html(500)],
    ["an empty list", 400, (response) => json(response, 200, { keys: [] })],
    ["an object without a list", 502, ofJson("{}")],
    ["an incomplete key", 400, (response) => json(response, 200, { keys: [{ kty: "RSA" }] })],
    ["9 MB", 502, tooMuch],
    ["a redirect", 502, elsewhere],
  ])("open no session: %s", async (_, status, reply) => {
    const fresh = await openSignInDoor();
    fresh.issuer.twist = { reply: { "/jwks": reply } };
    const browser = fresh.browser();

    const answer = await fresh.signIn(browser);

    expect(answer.status).toBe(status);
    expect(await refusalFaults(fresh, browser, answer)).toEqual([]);
    await fresh.close();
  });

  it("cause at most one more fetch for many unknown key ids", async () => {
    const fresh = await openSignInDoor();
    await fresh.signIn(fresh.browser());
    fresh.issuer.twist = { header: { kid: "unknown" } };

    for (let index = 0; index < 5; index++) await fresh.signIn(fresh.browser());

    expect(fresh.issuer.asked("/jwks")).toBeLessThanOrEqual(2);
    await fresh.close();
  });
});

function ofJson(text: string): Reply {
  return (response) => response.writeHead(200, { "Content-Type": "application/json" }).end(text);
}

function unauthorised(...[response]: Parameters<Reply>): void {
  response.setHeader("WWW-Authenticate", 'Basic realm="issuer"');
  json(response, 401, { error: "invalid_client" });
}
