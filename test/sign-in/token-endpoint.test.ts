import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, type Reply } from "../peers/hostile-issuer.ts";
import { openSignInDoor, refusalFaults, type SignInDoor } from "../peers/sign-in-door.ts";

const tryAgain = 400;
const operatorsToMend = 502;

function answering(status: number, body: object): Reply {
  return (response) => json(response, status, body);
}

/** What a provider says that has tokens to give, and something else beside them. */
function tokensAnd(more: object): object {
  return { access_token: "never-to-be-used", token_type: "Bearer", ...more };
}

describe("a token endpoint that says no in words of its own", () => {
  let door: SignInDoor;

  beforeAll(async () => {
    door = await openSignInDoor();
  });
  afterAll(() => door.close());

  it.each<[string, Reply, number]>([
    ["an error with status 200", answering(200, { error: "invalid_grant" }), tryAgain],
    [
      "an error of ours with status 200",
      answering(200, { error: "invalid_client" }),
      operatorsToMend,
    ],
    ["an error beside tokens", answering(200, tokensAnd({ error: "invalid_grant" })), tryAgain],
    ["no more than that it is not ok", answering(200, { ok: false }), tryAgain],
    ["an error with a number", answering(400, { error: { code: 7 } }), operatorsToMend],
    ["an error that is only a message", answering(400, { message: "No." }), operatorsToMend],
    ["a message with status 200", answering(200, { message: "No." }), operatorsToMend],
    [
      "tokens as a form, which RFC 6749 does not have",
      (response) =>
        response
          .writeHead(200, { "Content-Type": "application/x-www-form-urlencoded" })
          .end("access_token=a&token_type=bearer"),
      operatorsToMend,
    ],
    ["a list", answering(200, [{ access_token: "a", token_type: "Bearer" }]), tryAgain],
  ])("by %s signs nobody in", async (_, reply, status) => {
    const browser = door.browser();
    door.issuer.twist = { reply: { "/token": reply } };

    const answer = await door.signIn(browser);

    expect(answer.status).toBe(status);
    expect(await refusalFaults(door, browser, answer)).toEqual([]);
  });
});

describe("a token endpoint that says yes in words of its own", () => {
  it("is understood where its scope is a list", async () => {
    const door = await openSignInDoor();
    const browser = door.browser();
    door.issuer.twist = { token: { scope: ["openid", "email"] } };

    const answer = await door.signIn(browser);
    const verdict = await door.verify(browser);
    await door.close();

    expect([answer.status, verdict.status]).toEqual([302, 200]);
  });
});
