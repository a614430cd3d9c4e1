import { describe, expect, it } from "vitest";
import {
  atTokenEndpoint,
  tokensOf,
  type TokenQuirks,
} from "../../server/sign-in/token-endpoint.ts";

/** What openid-client gets for a response of the token endpoint. */
async function converted(
  body: string,
  { status = 200, quirks }: { status?: number; quirks?: TokenQuirks } = {},
) {
  const requests: unknown[] = [];
  const fetch = async (url: string, init: object) => {
    requests.push(url, init);
    return new Response(body, { status, statusText: "as sent", headers: { "x-kept": "yes" } });
  };
  const init = {
    method: "POST",
    body: new URLSearchParams({ code: "c", redirect_uri: "https://a" }),
  };
  const response = await atTokenEndpoint(fetch, quirks)("https://id.example.com/token", init);
  return { status: response.status, text: await response.text(), response, requests };
}

describe("a success of a token endpoint", () => {
  it.each([
    '{"access_token":"a"}',
    '{"access_token":"a","message":"hello"}',
    '{"access_token":"a","scope":"x y"}',
  ])("is unchanged: %s", async (body) => {
    const { status, text, response } = await converted(body);

    expect([status, JSON.parse(text)]).toEqual([200, JSON.parse(body)]);
    expect([response.statusText, response.headers.get("x-kept")]).toEqual(["as sent", "yes"]);
  });

  it("gets a scope that is a list as RFC 6749 §5.1 defines it", async () => {
    expect(JSON.parse((await converted('{"access_token":"a","scope":["x","y"]}')).text)).toEqual({
      access_token: "a",
      scope: "x y",
    });
  });
});

describe("a refusal of a token endpoint", () => {
  const quirks = { grantErrors: ["bad_code", "100"] };

  it.each([
    ['{"error":"invalid_grant"}', 400, 400, "invalid_grant"],
    ['{"error":"invalid_client"}', 401, 401, "invalid_client"],
    ['{"error":"invalid_grant"}', 200, 400, "invalid_grant"],
    ['{"error":"bad_code"}', 200, 400, "invalid_grant"],
    ['{"error":{"code":100,"message":"no"}}', 400, 400, "invalid_grant"],
    ['{"error":{"code":190}}', 400, 400, "190"],
    ['{"error":"x","access_token":"a"}', 200, 400, "x"],
    ['{"message":"Invalid code"}', 403, 403, "Invalid code"],
    ['{"message":"Invalid code"}', 200, 400, "Invalid code"],
  ])("%s with status %i has status %i and the error %s", async (body, status, sent, error) => {
    const found = await converted(body, { status, quirks });

    expect(found.status).toBe(sent);
    expect(JSON.parse(found.text)).toEqual({ ...JSON.parse(body), error });
  });

  it.each([
    ["<html>", 200],
    ["<html>", 500],
    ["", 200],
    ['"text"', 200],
    ["null", 400],
    ['{"ok":false}', 200],
    ['{"error":7}', 400],
    ["[1]", 200],
  ])("that cannot be read is unchanged: %s with status %i", async (body, status) => {
    const found = await converted(body, { status, quirks });

    expect([found.status, found.text]).toEqual([status, body]);
  });
});

describe("a request to a token endpoint", () => {
  it("is sent as it is", async () => {
    const { requests } = await converted("{}");

    expect(requests[0]).toBe("https://id.example.com/token");
    expect(String((requests[1] as { body: unknown }).body)).toBe(
      "code=c&redirect_uri=https%3A%2F%2Fa",
    );
  });

  it("has no redirect_uri where the provider refuses it", async () => {
    const { requests } = await converted("{}", { quirks: { refusesRedirectUri: true } });

    expect(requests[1]).toEqual({ method: "POST", body: expect.any(URLSearchParams) });
    expect(String((requests[1] as { body: unknown }).body)).toBe("code=c");
  });
});

describe("the tokens of a response", () => {
  const answer = (seconds: number | undefined) => ({
    access_token: "a",
    refresh_token: "r",
    id_token: "i",
    expiresIn: () => seconds,
  });

  it("expire by the clock at its arrival", () => {
    expect(tokensOf(answer(60), 5_000)).toEqual({
      accessToken: "a",
      accessTokenExpiresAt: 65_000,
      refreshToken: "r",
      idToken: "i",
    });
    expect(tokensOf(answer(undefined), 5_000).accessTokenExpiresAt).toBeUndefined();
    expect(tokensOf(answer(0), 5_000).accessTokenExpiresAt).toBe(5_000);
  });
});
