import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { exchangeCode } from "../../server/sign-in/code-flow.ts";
import { hs256, issuerKey, jwkOf, rs256, strangerKey, unsigned } from "../peers/jwt.ts";
import { issuer, memoryParty, metadataPath, usualMetadata } from "../peers/memory-party.ts";

const site = createSite({
  url: "https://app.example.com/_auth",
  cookie: {},
  access: { anyone: true },
});
const seconds = Math.floor(Date.now() / 1000);
const header = { alg: "RS256", kid: "one", typ: "JWT" };
const transaction = {
  state: "s-1",
  nonce: "n-1",
  codeVerifier: "v".repeat(43),
  provider: "company",
  returnTo: "https://app.example.com/",
  stepUp: { maxAgeMs: undefined, acr: undefined },
  isForced: false,
  expiresAt: 0,
};
const usualClaims = {
  iss: issuer,
  sub: "ada",
  aud: "door",
  nonce: "n-1",
  iat: seconds,
  exp: seconds + 300,
  sid: "sid-1",
  email: "ada@example.com",
  email_verified: true,
  groups: [],
  name: "Ada",
  preferred_username: "ada-l",
};
const hashOf = (token: string) =>
  createHash("sha256").update(token).digest().subarray(0, 16).toString("base64url");

let metadata: object;
let forms: Record<string, string>[];
let reply: () => Promise<Response>;

const tokensWith =
  (idToken: string | undefined, more: object = {}) =>
  async () =>
    Response.json({
      access_token: "a-1",
      token_type: "bearer",
      expires_in: 60,
      refresh_token: "r-1",
      id_token: idToken,
      ...more,
    });

beforeEach(() => {
  [metadata, forms] = [usualMetadata, []];
  reply = tokensWith(rs256(header, usualClaims));
});

const partyOf = ({ settings = {}, type = "oidc", isAlone = true } = {}) =>
  memoryParty(
    async (path, form) => {
      if (path === metadataPath) return Response.json(metadata);
      if (path === "/keys") return Response.json({ keys: [jwkOf(issuerKey.publicKey, "one")] });
      if (path.startsWith("/user")) return Response.json(path === "/user" ? { id: 7 } : []);
      forms.push(Object.fromEntries(form));
      return reply();
    },
    { settings, type, isAlone },
  );

function exchanged(
  query: Record<string, string> = {},
  { party = partyOf(), arrivedAt }: { party?: ReturnType<typeof partyOf>; arrivedAt?: string } = {},
) {
  const written = new URLSearchParams({ code: "c-1", state: "s-1", ...query });
  return exchangeCode(party, site, transaction, { query: written, arrivedAt, receivedAt: 5_000 });
}

describe("the exchange of a code", () => {
  it("gives the identity, the tokens and the issuer's session", async () => {
    expect(await exchanged()).toMatchObject({
      identity: { issuer, subject: "ada", email: "ada@example.com", provider: "company" },
      tokens: {
        accessToken: "a-1",
        accessTokenExpiresAt: expect.closeTo(65_000, -4),
        refreshToken: "r-1",
      },
      sid: "sid-1",
    });
    expect(forms).toEqual([
      {
        grant_type: "authorization_code",
        code: "c-1",
        code_verifier: transaction.codeVerifier,
        redirect_uri: "https://app.example.com/_auth/callback",
      },
    ]);
  });

  it("sends no code that arrived at another callback, or without its own", async () => {
    const message = "the response arrived at another provider's callback";
    const several = partyOf({ isAlone: false });

    await expect(exchanged({}, { arrivedAt: "company" })).rejects.toMatchObject({
      code: "response_rejected",
      message,
    });
    await expect(exchanged({}, { party: several })).rejects.toMatchObject({
      code: "response_rejected",
      message,
    });
    expect(forms).toEqual([]);
    await exchanged({}, { party: several, arrivedAt: "company" });
    expect(forms).toMatchObject([
      { redirect_uri: "https://app.example.com/_auth/callback/company" },
    ]);
  });

  it("sends no code with another state", async () => {
    await expect(exchanged({ state: "other" })).rejects.toMatchObject({
      code: "response_rejected",
      message: `the code exchange at ${issuer} failed`,
    });
    expect(forms).toEqual([]);
  });

  it("accepts the issuer's own iss parameter (RFC 9207), and no ID token of another", async () => {
    metadata = { ...usualMetadata, authorization_response_iss_parameter_supported: true };
    expect((await exchanged({ iss: issuer })).identity.subject).toBe("ada");

    await expect(exchanged({ iss: "https://id.example.com/tenant" })).rejects.toMatchObject({
      code: "response_rejected",
      message: `the response has iss https://id.example.com/tenant, but its ID token has iss ${issuer}`,
    });
  });

  it("needs an ID token", async () => {
    reply = tokensWith(undefined);

    await expect(exchanged()).rejects.toMatchObject({ code: "response_rejected" });
  });

  it("needs none at a provider without them", async () => {
    reply = tokensWith(undefined);
    const { identity, tokens } = await exchanged({}, { party: partyOf({ type: "github" }) });

    expect([identity.subject, tokens.idToken]).toEqual(["7", undefined]);
    expect(forms).toMatchObject([{ code: "c-1", code_verifier: transaction.codeVerifier }]);
  });

  it("sends neither verifier nor nonce at a provider that is tied by the state alone", async () => {
    const party = partyOf();
    const own = { ...party, provider: { ...party.provider, isTiedByStateAlone: true as const } };
    reply = tokensWith(rs256(header, { ...usualClaims, nonce: undefined }));

    expect((await exchanged({}, { party: own })).identity.subject).toBe("ada");
    expect(forms[0]).not.toHaveProperty("code_verifier");
  });
});

describe("the ID token of a sign-in (OpenID Connect Core §3.1.3.7)", () => {
  it.each<[string, object]>([
    ["with our audience in a list", { aud: ["door"] }],
    ["that was issued to us", { azp: "door" }],
    ["that expired a few seconds ago", { exp: seconds - 10 }],
    ["from a clock that is a little fast", { iat: seconds + 20 }],
    ["with the hash of its access token", { at_hash: hashOf("a-1") }],
  ])("is accepted %s", async (_, claims) => {
    reply = tokensWith(rs256(header, { ...usualClaims, ...claims }));

    expect((await exchanged()).identity.subject).toBe("ada");
  });

  it.each<[string, object]>([
    ["with another nonce", { nonce: "other" }],
    ["without a nonce", { nonce: undefined }],
    ["of another issuer", { iss: "https://other.example.com" }],
    ["for another client", { aud: "other" }],
    ["for another client too", { aud: ["door", "other"], azp: "door" }],
    ["issued to another client", { azp: "other" }],
    ["that expired", { exp: seconds - 40 }],
    ["from a clock that is far ahead", { iat: seconds + 400, exp: seconds + 800 }],
    ["without a subject", { sub: "" }],
    ["with the hash of another access token", { at_hash: hashOf("a-2") }],
  ])("is refused %s", async (_, claims) => {
    reply = tokensWith(rs256(header, { ...usualClaims, ...claims }));

    await expect(exchanged()).rejects.toMatchObject({ code: "response_rejected" });
  });

  it.each([
    rs256(header, usualClaims, strangerKey.privateKey),
    hs256(usualClaims, "shh", "one"),
    unsigned("none", usualClaims),
  ])("is refused without the issuer's signature (%#)", async (token) => {
    reply = tokensWith(token);

    await expect(exchanged()).rejects.toMatchObject({ name: "AuthError" });
  });

  it("names its fault", async () => {
    const faultOf = async (claims: object, settings: object = {}) => {
      reply = tokensWith(rs256(header, { ...usualClaims, ...claims }));
      return exchanged({}, { party: partyOf({ settings }) }).catch((error: Error) => error.message);
    };

    expect(await faultOf({ aud: ["door", "x"], azp: "door" })).toBe(
      "the ID token also has the audience x: not listed in `audience`",
    );
    expect(await faultOf({ at_hash: "x" })).toBe(
      "the access token does not match the at_hash of the ID token",
    );
    expect(await faultOf({ aud: ["door", "x"], azp: "door" }, { audience: ["x"] })).toMatchObject({
      identity: { subject: "ada" },
    });
  });

  it("has a recent sign-in where max_age is configured", async () => {
    const party = partyOf({ settings: { authorization: { max_age: "60" } } });
    reply = tokensWith(rs256(header, { ...usualClaims, auth_time: seconds - 30 }));
    expect((await exchanged({}, { party })).identity.subject).toBe("ada");
    reply = tokensWith(rs256(header, { ...usualClaims, auth_time: seconds - 200 }));

    await expect(exchanged({}, { party })).rejects.toMatchObject({ code: "response_rejected" });
  });
});

describe("a code that the issuer refuses", () => {
  it.each([
    [400, "invalid_grant", "response_rejected"],
    [401, "invalid_client", "client_rejected"],
    [500, "server_error", "issuer_broken"],
  ])("with status %i and %s is %s", async (status, error, code) => {
    reply = async () => Response.json({ error }, { status });

    await expect(exchanged()).rejects.toMatchObject({
      code,
      message: `the code exchange at ${issuer} failed`,
    });
  });
});
