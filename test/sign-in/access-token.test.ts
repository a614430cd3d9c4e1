import { beforeEach, describe, expect, it } from "vitest";
import { readAccessToken } from "../../server/sign-in/access-token.ts";
import { createLogoutTokenCheck } from "../../server/sign-in/logout-token.ts";
import { issuerKey, jwkOf, rs256, strangerKey } from "../peers/jwt.ts";
import { issuer, memoryParty, metadataPath, usualMetadata } from "../peers/memory-party.ts";

const seconds = Math.floor(Date.now() / 1000);
const header = { alg: "RS256", kid: "one", typ: "JWT" };
let isDown = false;

beforeEach(() => {
  isDown = false;
});

const partyOf = () =>
  memoryParty(async (path) => {
    if (path === metadataPath) return Response.json(usualMetadata);
    if (isDown) throw new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") });
    return Response.json({ keys: [jwkOf(issuerKey.publicKey, "one")] });
  });

describe("the access token of a sign-in", () => {
  const usual = {
    iss: issuer,
    sub: "ada",
    azp: "door",
    typ: "Bearer",
    iat: seconds,
    exp: seconds + 60,
  };
  const read = (claims: object = {}, key = issuerKey.privateKey) =>
    readAccessToken(partyOf(), rs256(header, { ...usual, ...claims }, key), "ada");

  it.each([
    {},
    { typ: undefined },
    { azp: undefined, client_id: "door" },
    { exp: seconds - 10 },
    { aud: "account" },
  ])("is read with %j", async (claims) => {
    expect(await read({ ...claims, roles: ["r"] })).toMatchObject({ sub: "ada", roles: ["r"] });
  });

  it("has no claims that count without a subject, as with lightweight tokens of Keycloak", async () => {
    expect(await read({ sub: undefined, roles: ["r"] })).toEqual({});
  });

  it.each([
    [{ sub: undefined, azp: "other" }, "was issued to another client"],
    [{ sub: undefined, typ: "ID" }, 'is not an access token: its typ is "ID"'],
    [{ sub: "" }, "has another subject than the ID token"],
    [{ sub: "eve" }, "has another subject than the ID token"],
    [{ azp: "other" }, "was issued to another client"],
    [{ azp: "other", client_id: "door" }, "was issued to another client"],
    [{ azp: undefined }, "was issued to another client"],
    [{ typ: "ID" }, 'is not an access token: its typ is "ID"'],
    [{ typ: 7 }, "is not an access token: its typ is 7"],
    [{ iss: "https://other.example.com" }, "failed validation"],
    [{ exp: seconds - 35 }, "failed validation"],
    [{ exp: undefined }, "failed validation"],
    [{ iat: undefined }, "failed validation"],
    [{ nbf: seconds + 300 }, "failed validation"],
  ])("is refused with %j", async (claims, fault) => {
    await expect(read(claims)).rejects.toMatchObject({
      code: "response_rejected",
      message: `the access token ${fault}`,
    });
  });

  it("is refused if another key signed it", async () => {
    await expect(read({}, strangerKey.privateKey)).rejects.toMatchObject({
      code: "response_rejected",
      cause: { code: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" },
    });
  });

  it("cannot be read without the issuer's keys", async () => {
    isDown = true;

    await expect(read()).rejects.toMatchObject({ code: "issuer_unreachable" });
  });
});

describe("a logout token", () => {
  const event = "http://schemas.openid.net/event/backchannel-logout";
  const usual = {
    iss: issuer,
    aud: "door",
    jti: "j-1",
    iat: seconds,
    exp: seconds + 60,
    sub: "ada",
    sid: "s-1",
    events: { [event]: {} },
  };
  const check = (claims: object = {}, head: object = header, now = seconds * 1_000) =>
    createLogoutTokenCheck(partyOf(), () => now)(rs256({ ...head }, { ...usual, ...claims }));

  it.each([
    {},
    { sub: undefined },
    { sid: undefined },
    { aud: ["door", "other"] },
    { iat: seconds - 325 },
    { exp: seconds - 25 },
    { events: { [event]: { more: 1 }, other: {} } },
  ])("is valid with %j (OpenID Connect Back-Channel Logout 1.0 §2.4)", async (claims) => {
    expect(await check(claims)).toMatchObject({ iss: issuer, jti: "j-1" });
  });

  it.each(["logout+jwt", "Logout+JWT", "application/logout+jwt", "jwt", undefined])(
    "may have the typ %s",
    async (typ) => {
      const { typ: _, ...rest } = header;

      expect(await check({}, typ === undefined ? rest : { ...rest, typ })).toMatchObject({
        sub: "ada",
      });
    },
  );

  it.each([
    [{ sub: undefined, sid: undefined }, /it has neither sub nor sid$/],
    [{ sub: "" }, /its sub is missing or invalid$/],
    [{ sid: 7 }, /its sid is missing or invalid$/],
    [{ nonce: "n" }, /its nonce is missing or invalid$/],
    [{ events: {} }, /its events.* is missing or invalid$/],
    [{ events: { [event]: 1 } }, /its events.* is missing or invalid$/],
    [{ jti: "" }, /its jti is missing or invalid$/],
    [{ jti: undefined }, /the logout token is invalid$/],
    [{ events: undefined }, /the logout token is invalid$/],
    [{ iss: "https://other.example.com" }, /is invalid$/],
    [{ aud: "other" }, /is invalid$/],
    [{ iat: seconds - 335 }, /is invalid$/],
    [{ exp: seconds - 35 }, /is invalid$/],
    [{ exp: undefined }, /is invalid$/],
  ])("is refused with %j", async (claims, fault) => {
    await expect(check(claims)).rejects.toMatchObject({
      code: "response_rejected",
      message: expect.stringMatching(fault),
    });
  });

  it.each(["at+jwt", "secevent+jwt", ""])(
    "is refused with the typ %j (RFC 8725 §3.11)",
    async (typ) => {
      await expect(check({}, { ...header, typ })).rejects.toMatchObject({
        code: "response_rejected",
        message: expect.stringContaining(`its typ is ${typ}`),
      });
    },
  );

  it("is checked by doorward's own clock", async () => {
    await expect(check({}, header, (seconds + 400) * 1_000)).rejects.toMatchObject({
      code: "response_rejected",
    });
  });

  it("cannot be checked without the issuer's keys", async () => {
    isDown = true;

    await expect(check()).rejects.toMatchObject({ code: "issuer_unreachable" });
  });
});
