import { afterEach, describe, expect, it } from "vitest";
import { html, json, type Path, type Reply, type Twist } from "../peers/hostile-issuer.ts";
import { client, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

let door: SignInDoor;

afterEach(() => door.close());

/** The reason in the log after a sign-in at an issuer with this twist. */
async function reasonAfter(twist: Twist, provider: Record<string, unknown> = {}): Promise<string> {
  door = await openSignInDoor({}, provider);
  door.issuer.twist = twist;
  const browser = door.browser();
  const answer = await browser.ask(`${door.site}/start`, {
    headers: { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" },
  });
  const location = String(answer.headers.location ?? "");
  if (location !== "") await door.callback(browser, door.issuer.consent(location));
  return String(door.doorward.events.find(({ detail }) => detail !== undefined)?.detail);
}

const refusal =
  (status: number, body: object, headers: Record<string, string> = {}): Reply =>
  (response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    json(response, status, body);
  };

const at = (path: Path, reply: Reply): Twist => ({ reply: { [path]: reply } });

describe("the log of a failed sign-in", () => {
  it.each<[Path, number, object, string]>([
    [
      "/token",
      401,
      { error: "unauthorized_client", error_description: "Invalid client credentials" },
      '/token returned 401: unauthorized_client "Invalid client credentials"',
    ],
    [
      "/token",
      400,
      { error: "invalid_client", error_description: "Client is disabled" },
      '/token returned 400: invalid_client "Client is disabled"',
    ],
    ["/token", 400, { error: "invalid_grant" }, "/token returned 400: invalid_grant"],
    [
      "/token",
      503,
      { error: "temporarily_unavailable", error_description: "Maintenance" },
      '/token returned 503: temporarily_unavailable "Maintenance"',
    ],
    [
      "/userinfo",
      403,
      { error: "insufficient_scope", error_description: "Missing openid scope" },
      '/userinfo returned 403: insufficient_scope "Missing openid scope"',
    ],
    [
      "/.well-known/openid-configuration",
      404,
      { error: "Realm does not exist" },
      '/.well-known/openid-configuration returned 404: "Realm does not exist"',
    ],
    [
      "/.well-known/openid-configuration",
      500,
      { message: "out of order" },
      '/.well-known/openid-configuration returned 500: "out of order"',
    ],
  ])("has what the issuer says at %s with %i %j", async (path, status, body, said) => {
    expect(await reasonAfter(at(path, refusal(status, body)))).toContain(
      `${door.issuer.issuer}${said}`,
    );
  });

  it.each<[Path, Reply, string]>([
    ["/token", html(502), "/token returned 502 with text/html, not JSON"],
    ["/token", html(200), "/token returned 200 with text/html, not JSON"],
    [
      "/token",
      (response) => response.setHeader("Content-Type", "application/json").end('{"access_token":x'),
      "/token returned 200 with application/json, not JSON",
    ],
    [
      "/token",
      (response) => response.writeHead(503).end(),
      "/token returned 503 with an empty body",
    ],
    ["/userinfo", html(500), "/userinfo returned 500 with text/html, not JSON"],
    [
      "/.well-known/openid-configuration",
      html(200),
      "/.well-known/openid-configuration returned 200 with text/html, not JSON",
    ],
    ["/jwks", html(500), "/jwks returned 500"],
    ["/jwks", html(200), "/jwks returned no JSON Web Key Set"],
  ])("has the status and address of what is no JSON at %s (%#)", async (path, reply, said) => {
    expect(await reasonAfter(at(path, reply))).toContain(`${door.issuer.issuer}${said}`);
  });

  it.each<[Path, string]>([
    ["/userinfo", 'Bearer realm="x", error="invalid_token", error_description="The token expired"'],
    ["/token", 'Basic realm="x", error="invalid_token", error_description="The token expired"'],
  ])("has the words of a challenge at %s", async (path, challenge) => {
    const reply: Reply = (response) =>
      response.writeHead(401, { "WWW-Authenticate": challenge }).end();

    expect(await reasonAfter(at(path, reply))).toContain('invalid_token "The token expired"');
  });

  it("has what the issuer says of a pushed authorization request", async () => {
    door = await openSignInDoor();
    const pushed = `${door.issuer.issuer}/revoke`;
    door.issuer.twist = {
      metadata: { pushed_authorization_request_endpoint: pushed },
      reply: { "/revoke": refusal(400, { error: "invalid_scope", error_description: "No: x" }) },
    };
    await door.start(door.browser());

    expect(door.doorward.events.at(-1)).toMatchObject({
      msg: "PAR failed; falling back to a plain authorization request",
      reason: expect.stringContaining('/revoke returned 400: invalid_scope "No: x"'),
    });
  });

  it("names the other methods of client authentication that the metadata offers", async () => {
    const offered = ["private_key_jwt", "client_secret_basic", "client_secret_post", "none"];
    const twist = {
      ...at("/token", refusal(401, { error: "invalid_client" })),
      metadata: { token_endpoint_auth_methods_supported: offered },
    };

    expect(await reasonAfter(twist)).toContain(
      "returned 401: invalid_client; sent with client_secret_basic, the metadata also offers private_key_jwt, client_secret_post (`clientAuthentication`)",
    );
    await door.close();
    const post = { clientAuthentication: "client_secret_post" };
    expect(await reasonAfter(twist, post)).toContain(
      "sent with client_secret_post, the metadata also offers private_key_jwt, client_secret_basic (",
    );
    await door.close();
    expect(await reasonAfter({ ...twist, metadata: {} })).toMatch(/invalid_client: /);
  });
});

describe("words of an issuer in the log", () => {
  const token = `eyJhbGciOiJSUzI1NiJ9.${"a1".repeat(30)}.${"b2".repeat(30)}`;

  it.each([
    ["the code", (form: URLSearchParams) => form.get("code") ?? ""],
    ["the code verifier", (form: URLSearchParams) => form.get("code_verifier") ?? ""],
    ["the client secret", () => client.clientSecret],
    ["another token", () => token],
    ["a random value", () => "0123456789abcdefABCDEF"],
  ])("contain no secret: %s", async (_, secretOf) => {
    let secret = "";
    const reply: Reply = (response, __, body) => {
      secret = secretOf(new URLSearchParams(body));
      json(response, 400, { error: secret, error_description: `Bad value ${secret} here` });
    };
    const reason = await reasonAfter(at("/token", reply));

    expect(secret).not.toBe("");
    expect(reason).not.toContain(secret);
    expect(reason).toContain('"Bad value … here"');
  });

  it("are cut and escaped", async () => {
    const said = `a\n\u001b[31m"b" ${"long ".repeat(100)}`;
    const reason = await reasonAfter(
      at("/token", refusal(400, { error: "x\ny", error_description: said })),
    );

    expect(reason).toContain(String.raw`"x\ny" "a\n\u001b[31m\"b\" long`);
    expect(reason).toContain('…"');
    expect(["\n", "\u001b"].filter((sign) => reason.includes(sign))).toEqual([]);
    expect(reason.length).toBeLessThan(600);
  });

  it("keep names, addresses and UUIDs", async () => {
    const said =
      "AADSTS700016: Application with identifier '0f8fad5b-d9cb-469f-a165-70867728950e' was not found; see https://login.example.com/a_long_name_without_any_number";
    const body = { error: "unauthorized_client", error_description: said };

    expect(await reasonAfter(at("/token", refusal(400, body)))).toContain(said);
  });
});
