import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { html, json, type Path, type Reply, type Twist } from "../peers/hostile-issuer.ts";
import { refusalFaults, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;

beforeAll(async () => {
  door = await openSignInDoor();
  await door.signIn(door.browser()); // its metadata and keys are known from here on
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

describe("an issuer that fails behind the scenes", () => {
  it.each<[string, Path, number, Reply]>([
    ["says the code is no good", "/token", 400, error(400, "invalid_grant")],
    ["does not know us", "/token", 502, error(401, "invalid_client")],
    ["says so as HTTP has it", "/token", 502, unauthorised],
    ["does not allow us the grant", "/token", 502, error(400, "unauthorized_client")],
    ["breaks at the code", "/token", 502, error(500, "server_error")],
    ["is overloaded", "/token", 502, (response) => response.writeHead(503).end()],
    ["gives an error that is no text", "/token", 502, error(400, { a: 1 })],
    ["answers the code with a web page", "/token", 502, html(200)],
    ["answers the code with an error page", "/token", 502, html(500)],
    ["answers the code with nothing", "/token", 502, (response) => response.writeHead(200).end()],
    ["answers the code with null", "/token", 400, ofJson("null")],
    ["answers the code with a list", "/token", 400, ofJson("[]")],
    ["answers the code with a number", "/token", 400, ofJson("0")],
    ["answers the code with half an answer", "/token", 502, ofJson('{"access_token":"a",')],
    ["answers the code with 9 MB", "/token", 502, tooMuch],
    ["redirects the code elsewhere", "/token", 502, elsewhere],
    ["hangs up on the code", "/token", 503, (response) => response.destroy()],
    ["breaks at userinfo", "/userinfo", 502, html(500)],
    ["answers userinfo with a web page", "/userinfo", 502, html(200)],
    ["refuses us userinfo", "/userinfo", 502, unauthorised],
    ["answers userinfo with 9 MB", "/userinfo", 502, tooMuch],
    ["redirects userinfo elsewhere", "/userinfo", 502, elsewhere],
    ["hangs up at userinfo", "/userinfo", 503, (response) => response.destroy()],
  ])("and %s (%s) leads to a page with status %i and to nobody signed in", async (...row) => {
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
    ["an access token that is no text", { access_token: { a: 1 } }],
    ["no type of token", { token_type: undefined }],
    ["a type of token that we cannot use", { token_type: "mac" }],
    ["an ID token that is no text", { id_token: { a: 1 } }],
    ["an ID token of null", { id_token: null }],
  ])("and gives %s leads to nobody signed in", async (_, token = {}) => {
    door.issuer.twist = { token };
    const browser = door.browser();

    expect(await refusalFaults(door, browser, await door.signIn(browser))).toEqual([]);
  });

  it("does not touch those who are signed in, and works again as soon as the issuer does", async () => {
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

describe("keys that cannot be had", () => {
  it.each<[string, number, Reply]>([
    ["a web page", 502, html(200)],
    ["an error", 502, html(500)],
    ["an empty list", 400, (response) => json(response, 200, { keys: [] })],
    ["no list", 400, ofJson("{}")],
    ["keys that are none", 400, (response) => json(response, 200, { keys: [{ kty: "RSA" }] })],
    ["9 MB", 502, tooMuch],
    ["a redirect", 502, elsewhere],
  ])("(%s) sign nobody in", async (_, status, reply) => {
    const fresh = await openSignInDoor();
    fresh.issuer.twist = { reply: { "/jwks": reply } };
    const browser = fresh.browser();

    const answer = await fresh.signIn(browser);

    expect(answer.status).toBe(status);
    expect(await refusalFaults(fresh, browser, answer)).toEqual([]);
    await fresh.close();
  });

  it("do not make a flood of unknown key ids a flood of requests", async () => {
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
