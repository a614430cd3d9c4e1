import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, type Reply } from "../peers/hostile-issuer.ts";
import { openSignInDoor, refusalFaults, type SignInDoor } from "../peers/sign-in-door.ts";

const tryAgain = 400;
const operatorsToFix = 502;

function answering(status: number, body: object): Reply {
  return (response) => json(response, status, body);
}

/** A response with tokens and another property. */
function tokensAnd(more: object): object {
  return { access_token: "never-to-be-used", token_type: "Bearer", ...more };
}

describe("a token endpoint with a non-standard refusal", () => {
  let door: SignInDoor;

  beforeAll(async () => {
    door = await openSignInDoor();
  });
  afterAll(() => door.close());

  it.each<[string, Reply, number]>([
    ["an error with status 200", answering(200, { error: "invalid_grant" }), tryAgain],
    ["a client error with status 200", answering(200, { error: "invalid_client" }), operatorsToFix],
    [
      "an error together with tokens",
      answering(200, tokensAnd({ error: "invalid_grant" })),
      tryAgain,
    ],
    ["only ok: false", answering(200, { ok: false }), tryAgain],
    ["an error with a number", answering(400, { error: { code: 7 } }), operatorsToFix],
    ["an error that is only a message", answering(400, { message: "No." }), operatorsToFix],
    ["a message with status 200", answering(200, { message: "No." }), operatorsToFix],
    [
      "tokens as a form, which RFC 6749 does not define",
      (response) =>
        response
          .writeHead(200, { "Content-Type": "application/x-www-form-urlencoded" })
          .end("access_token=a&token_type=bearer"),
      operatorsToFix,
    ],
    ["a list", answering(200, [{ access_token: "a", token_type: "Bearer" }]), tryAgain],
  ])("opens no session: %s", async (_, reply, status) => {
    const browser = door.browser();
    door.issuer.twist = { reply: { "/token": reply } };

    const answer = await door.signIn(browser);

    expect(answer.status).toBe(status);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
  });
});

describe("a token endpoint with a non-standard success response", () => {
  it("is accepted if its scope is a list", async () => {
    const door = await openSignInDoor();
    const browser = door.browser();
    door.issuer.twist = { token: { scope: ["openid", "email"] } };

    const answer = await door.signIn(browser);
    const verdict = await door.verify(browser);
    await door.close();

    expect([answer.status, verdict.status]).toEqual([302, 200]);
  });
});
