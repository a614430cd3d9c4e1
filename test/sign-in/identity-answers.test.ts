import { beforeEach, describe, expect, it } from "vitest";
import { AuthError } from "../../server/errors.ts";
import type { Identity } from "../../server/identity/identity.ts";
import { createCounts } from "../../server/observe/counts.ts";
import { askIdentity } from "../../server/sign-in/ask-identity.ts";
import { createTokenIssuer } from "../../server/sign-in/relying-party.ts";
import { askAgain, refreshTokens, verifiedTokens } from "../../server/sign-in/renewal.ts";
import { renewalWay } from "../../server/sign-in/renewal-way.ts";
import { noTokens, type Tokens } from "../../server/sign-in/token-endpoint.ts";
import { issuerKey, jwkOf, rs256, strangerKey } from "../peers/jwt.ts";
import { issuer, memoryParty, metadataPath, usualMetadata } from "../peers/memory-party.ts";

const seconds = Math.floor(Date.now() / 1000);
const header = { alg: "RS256", kid: "one", typ: "JWT" };
const usualClaims = { iss: issuer, sub: "ada", aud: "door", iat: seconds, exp: seconds + 300 };
const idTokenOf = (claims: object = {}) => rs256(header, { ...usualClaims, ...claims });

let metadata: object;
let replies: Record<string, () => Promise<Response>>;
let requests: string[];

beforeEach(() => {
  [metadata, requests] = [usualMetadata, []];
  replies = {
    "/me": async () =>
      Response.json({
        sub: "ada",
        groups: ["ops"],
        email: "new@example.com",
        email_verified: true,
      }),
  };
});

const partyOf = (settings: object = {}, type = "oidc") =>
  memoryParty(
    async (path) => {
      if (path === metadataPath) return Response.json(metadata);
      if (path === "/keys") return Response.json({ keys: [jwkOf(issuerKey.publicKey, "one")] });
      requests.push(path);
      return replies[path]?.() ?? new Response("", { status: 404 });
    },
    { settings, type },
  );

const whole = {
  iss: issuer,
  sub: "ada",
  email: "ada@example.com",
  email_verified: true,
  groups: ["staff"],
  preferred_username: "ada-l",
  name: "Ada",
};

interface Changes {
  readonly settings?: object;
  readonly isOld?: boolean;
  readonly hasNoAccessToken?: boolean;
}

/** The identity of an ID token with every claim, changed; undefined = without that claim. */
async function asked(
  claims: object,
  { settings = {}, isOld = false, hasNoAccessToken }: Changes = {},
) {
  const party = partyOf(settings);
  const idToken = Object.fromEntries(
    Object.entries({ ...whole, ...claims }).filter(([, value]) => value !== undefined),
  );
  const accessToken = hasNoAccessToken === true ? undefined : "at";
  return askIdentity(party, await party.discover(), { accessToken, idToken, isOld });
}

describe("the identity of an ID token", () => {
  it("needs no request if the token has every claim that decides", async () => {
    expect(await asked({ nonce: "n", at_hash: "h", acr: "gold", level: 1 })).toEqual({
      issuer,
      subject: "ada",
      email: "ada@example.com",
      groups: ["staff"],
      groupsFault: undefined,
      name: "Ada",
      preferredUsername: "ada-l",
      provider: "company",
      claims: { ...whole, acr: "gold", level: 1 },
    });
    expect(requests).toEqual([]);
  });

  it.each(["email", "email_verified", "groups", "preferred_username", "name"])(
    "is completed at userinfo without %s",
    async (claim) => {
      await asked({ [claim]: undefined });

      expect(requests).toEqual(["/me"]);
    },
  );

  it("needs no email_verified where the operator trusts the address", async () => {
    await asked({ email_verified: undefined }, { settings: { trustEmail: true } });

    expect(requests).toEqual([]);
  });

  it("has the groups of the claim that is configured", async () => {
    const found = await asked({ roles: ["r"] }, { settings: { groupsClaim: "roles" } });

    expect([found.groups, requests]).toEqual([["r"], []]);
  });

  it("cannot be completed without an access token or an endpoint", async () => {
    expect((await asked({ groups: undefined }, { hasNoAccessToken: true })).groups).toEqual([]);
    metadata = { ...usualMetadata, userinfo_endpoint: undefined };
    expect((await asked({ groups: undefined })).groups).toEqual([]);
    expect(requests).toEqual([]);
  });

  it("has the token's claims before those of userinfo, and how she signed in from the token alone", async () => {
    replies["/me"] = async () =>
      Response.json({ sub: "ada", name: "Other", acr: "gold", auth_time: 5, extra: 1 });
    const { name, claims } = await asked({ groups: undefined });

    expect(name).toBe("Ada");
    expect(claims).toMatchObject({ name: "Ada", extra: 1 });
    expect(Object.keys(claims)).not.toContain("acr");
    expect(Object.keys(claims)).not.toContain("auth_time");
  });

  it("may have no groups, which is no fault", async () => {
    expect(await asked({ groups: [] })).toMatchObject({ groups: [], groupsFault: undefined });
  });

  it("needs a subject", async () => {
    await expect(asked({ sub: "" })).rejects.toMatchObject({
      code: "response_rejected",
      message: "the provider's response contains no subject",
    });
  });
});

describe("the identity of an old ID token", () => {
  const old = { isOld: true };

  it("is that of userinfo now, except for what belongs to the sign-in", async () => {
    const { groups, email, name, claims } = await asked({ acr: "gold", sid: "s" }, old);

    expect([groups, email, name]).toEqual([["ops"], "new@example.com", undefined]);
    expect(claims).toMatchObject({ acr: "gold", sid: "s", iss: issuer });
    expect(claims).not.toHaveProperty("preferred_username");
  });

  it.each([
    [{ sub: "ada", groups: ["ops"] }, "ada@example.com"],
    [{ sub: "ada", email: "new@example.com" }, undefined],
    [{ sub: "ada", email_verified: false }, undefined],
    [{ sub: "ada", email_verified: true }, undefined],
  ])(
    "keeps its address only while userinfo has no claim of an address: %j",
    async (userinfo, email) => {
      replies["/me"] = async () => Response.json(userinfo);

      expect((await asked({}, old)).email).toBe(email);
    },
  );

  it("keeps the address of another claim as well", async () => {
    replies["/me"] = async () => Response.json({ sub: "ada" });
    const settings = { emailClaim: "upn", trustEmail: true };
    const claims = { upn: "upn@example.com", email_verified: undefined, email: undefined };

    expect((await asked(claims, { ...old, settings })).email).toBe("upn@example.com");
    replies["/me"] = async () => Response.json({ sub: "ada", upn: "later@example.com" });
    expect((await asked(claims, { ...old, settings })).email).toBe("later@example.com");
  });

  it("has no groups, and says why, if only the old token had them", async () => {
    replies["/me"] = async () => Response.json({ sub: "ada" });
    const { groups, groupsFault } = await asked({}, old);

    expect(groups).toEqual([]);
    expect(groupsFault).toEqual({
      reason: "on renewal the issuer sent no new ID token, and its userinfo has no groups claim",
      isTransient: false,
    });
  });

  it("has no fault if userinfo says that there are none, or if there never were any", async () => {
    replies["/me"] = async () => Response.json({ sub: "ada", groups: [] });
    expect((await asked({}, old)).groupsFault).toBeUndefined();
    replies["/me"] = async () => Response.json({ sub: "ada" });
    expect((await asked({ groups: undefined }, old)).groupsFault).toBeUndefined();
    const roles = { roles: ["r"], groups: undefined };
    expect(
      (await asked(roles, { ...old, settings: { groupsClaim: "roles" } })).groupsFault,
    ).toBeDefined();
  });

  it("does not keep the address of another claim beside a new one of the usual claim", async () => {
    replies["/me"] = async () => Response.json({ sub: "ada", email: "new@example.com" });
    const settings = { emailClaim: "upn", trustEmail: true };
    const claims = { upn: "upn@example.com", email_verified: undefined, email: undefined };

    expect((await asked(claims, { ...old, settings })).email).toBeUndefined();
  });

  it("stays as it is where there is no userinfo", async () => {
    metadata = { ...usualMetadata, userinfo_endpoint: undefined };

    expect(await asked({}, old)).toMatchObject({ groups: ["staff"], email: "ada@example.com" });
  });
});

describe("groups of the ID token and of userinfo together", () => {
  const both = { settings: { groupsFrom: "both" } };

  it("are asked for even if the ID token has every claim", async () => {
    const { groups, gaps } = await asked({}, both);

    expect([groups, gaps, requests]).toEqual([["staff", "ops"], undefined, ["/me"]]);
    expect((await asked({ groups: undefined }, both)).groups).toEqual(["ops"]);
  });

  it("are those of the ID token where userinfo has none, or cannot be asked", async () => {
    replies["/me"] = async () => Response.json({ sub: "ada" });
    expect((await asked({}, both)).groups).toEqual(["staff"]);
    expect((await asked({}, { ...both, hasNoAccessToken: true })).groups).toEqual(["staff"]);
  });

  it("are not those of another subject", async () => {
    replies["/me"] = async () => Response.json({ sub: "eve", groups: ["ops"] });

    await expect(asked({}, both)).rejects.toThrow("unexpected JSON attribute value");
  });

  it("are those of userinfo alone on a renewal without a new ID token, which says so", async () => {
    const { groups, gaps } = await asked({}, { ...both, isOld: true });

    expect([groups, gaps]).toEqual([
      ["ops"],
      {
        groups: "on renewal the issuer sent no new ID token, so only the groups in userinfo count",
      },
    ]);
    expect((await asked({}, { isOld: true })).gaps).toBeUndefined();
    replies["/me"] = async () => Response.json({ sub: "ada" });
    const none = await asked({}, { ...both, isOld: true });
    expect([none.groups, none.groupsFault?.reason]).toEqual([
      [],
      expect.stringMatching(/no groups/),
    ]);
  });
});

describe("groups in lists", () => {
  const inLists = { settings: { groupsClaim: "orgs[].teams[].slug" } };
  const orgs = [{ teams: [{ slug: "a" }] }, { teams: [{ slug: "b" }, { slug: 7 }] }];

  it("need no request if the ID token has them", async () => {
    expect((await asked({ orgs }, inLists)).groups).toEqual(["a", "b"]);
    expect(requests).toEqual([]);
  });

  it("are those of userinfo if the ID token has none at the path", async () => {
    replies["/me"] = async () => Response.json({ sub: "ada", orgs });

    expect((await asked({ orgs: [{ teams: "x" }] }, inLists)).groups).toEqual(["a", "b"]);
    expect(requests).toEqual(["/me"]);
  });

  it("are those of userinfo on a renewal, and none if only the old token had them", async () => {
    const old = { ...inLists, isOld: true };
    expect((await asked({ orgs }, old)).groupsFault?.reason).toMatch(/no groups claim/);
    replies["/me"] = async () => Response.json({ sub: "ada", orgs });
    expect((await asked({}, old)).groups).toEqual(["a", "b"]);
  });
});

describe("what an identity lacks", () => {
  it("is named, at sign-in and on a renewal alike", async () => {
    const claims = { email_verified: "true", groups: [{ id: 1 }] };
    replies["/me"] = async () => Response.json({ ...whole, ...claims });
    const signedIn = await asked(claims);
    const renewed = await asked({}, { isOld: true });

    expect(signedIn.email).toBeUndefined();
    expect(signedIn.gaps).toEqual({
      email:
        'email in the token does not count: email_verified there is the string "true", not true',
      groups: "groups in the token is a list of objects, and only strings count",
    });
    expect(renewed.gaps).toEqual({
      email:
        'email in userinfo does not count: email_verified there is the string "true", not true',
      groups: "groups in userinfo is a list of objects, and only strings count",
    });
  });

  it("may be a valid address, and nothing else then", async () => {
    const { email, gaps } = await asked({ email: "ada at example.com" });

    expect(email).toBeUndefined();
    expect(gaps).toEqual({ email: "the provider's address is not a valid email address" });
  });

  it.each<[string, object, string]>([
    ["github", {}, "GitHub sent no address that it marks as verified"],
    [
      "facebook",
      {},
      "Facebook never marks an address as verified, so none counts without trustEmail: true",
    ],
    ["facebook", { trustEmail: true }, "Facebook sent no address that it marks as verified"],
    [
      "discord",
      {},
      "email in the API's response does not count: verified there is false, not true",
    ],
  ])("is an address at %s with %j", async (type, settings, gap) => {
    const own = { id: "7", ...(type === "discord" && { email: "a@example.com", verified: false }) };
    const party = memoryParty(
      async (path) => Response.json(/emails|orgs|teams|guilds/.test(path) ? [] : own),
      {
        type,
        settings,
      },
    );
    const evidence = { accessToken: "at", idToken: undefined };

    const { email, gaps } = await askIdentity(party, await party.discover(), evidence);

    expect([email, gaps?.email]).toEqual([undefined, gap]);
  });
});

describe("the identity that a provider reads", () => {
  const { groups: _, ...idToken } = whole;

  /** The identity, and what the provider's own function got. */
  async function read(
    provider: object,
    {
      accessToken = rs256(header, { ...usualClaims, azp: "door" }),
      isOld = false,
      person = {},
    } = {},
  ) {
    const party = partyOf();
    const got: object[] = [];
    const identify = async (answers: object) => {
      got.push(answers);
      return {
        subject: "ada",
        email: undefined,
        groups: [],
        name: undefined,
        preferredUsername: undefined,
        ...person,
      };
    };
    const own = { ...party, provider: { ...party.provider, identify, ...provider } };
    const evidence = { accessToken: accessToken === "" ? undefined : accessToken, idToken, isOld };
    return { identity: await askIdentity(own, await party.discover(), evidence), got };
  }

  it("may be in the access token, at a provider whose tokens doorward reads", async () => {
    const { got } = await read({ accessTokenClaims: [] });

    expect(got).toMatchObject([{ accessToken: { sub: "ada", azp: "door" } }]);
    expect((await read({})).got).toMatchObject([{ accessToken: undefined }]);
    expect((await read({ accessTokenClaims: [] }, { accessToken: "" })).got).toMatchObject([
      { accessToken: undefined },
    ]);
  });

  it("is not completed at a provider without userinfo", async () => {
    await read({ hasUserinfo: false });
    expect(requests).toEqual([]);
    await read({});
    expect(requests).toEqual(["/me"]);
  });

  it("keeps its groups and its own fault at a renewal", async () => {
    replies["/me"] = async () => Response.json({ sub: "ada" });
    const groupsFault = { reason: "the API is down", isTransient: true };
    const roles = await read(
      { groupsClaim: "name" },
      { isOld: true, person: { groups: ["role:x"] } },
    );
    const faulty = await read({ groupsClaim: "name" }, { isOld: true, person: { groupsFault } });

    expect([roles.identity.groups, roles.identity.groupsFault]).toEqual([["role:x"], undefined]);
    expect(faulty.identity.groupsFault).toEqual(groupsFault);
  });
});

describe("the issuer of an identity", () => {
  it("is that of the ID token, which is a tenant's own at an issuer of many", async () => {
    const tenant = "https://id.example.com/tenant";

    expect((await asked({ iss: tenant })).issuer).toBe(tenant);
    expect((await asked({ iss: undefined })).issuer).toBe(issuer);
  });
});

describe("the identity at a provider without ID tokens", () => {
  const github = () => partyOf({}, "github");

  it("is read from its APIs", async () => {
    replies = {
      "/user": async () => Response.json({ id: 7, login: "ada-l", name: "Ada" }),
      "/user/emails": async () =>
        Response.json([{ email: "ada@example.com", primary: true, verified: true }]),
      "/user/orgs": async () => Response.json([{ login: "company" }]),
      "/user/teams": async () => Response.json([]),
    };
    const party = github();

    expect(
      await askIdentity(party, await party.discover(), { accessToken: "at", idToken: undefined }),
    ).toMatchObject({
      issuer: "https://github.com",
      subject: "7",
      email: "ada@example.com",
      groups: ["company"],
      preferredUsername: "ada-l",
    });
  });

  it.each(["null", '"text"', "7"])("has no subject if its API answers %s", async (body) => {
    replies["/user"] = async () => new Response(body);
    replies["/user/emails"] = async () => Response.json([]);
    const party = github();
    const asking = askIdentity(party, await party.discover(), {
      accessToken: "at",
      idToken: undefined,
    });

    await expect(asking).rejects.toMatchObject({ code: "response_rejected" });
  });

  it("cannot be read without an access token", async () => {
    const party = github();
    const asking = askIdentity(party, await party.discover(), {
      accessToken: undefined,
      idToken: undefined,
    });

    await expect(asking).rejects.toThrow("without an access token");
    expect(requests).toEqual([]);
  });
});

describe("a session is renewed", () => {
  const party = partyOf();
  const oauth = partyOf({}, "github");
  const silent = { ...party, provider: { ...party.provider, hasUserinfo: false as const } };
  const withDirectory = { ...silent, settings: { ...party.settings, directory: {} as never } };
  const refresh = { ...noTokens, refreshToken: "r" };
  const until = (accessTokenExpiresAt: number) => ({
    ...noTokens,
    accessToken: "a",
    accessTokenExpiresAt,
  });

  it.each<[string, typeof party, Tokens, string | undefined]>([
    ["by its refresh token", party, refresh, "refresh token"],
    ["by its refresh token before a directory", withDirectory, refresh, "refresh token"],
    ["by a directory", withDirectory, noTokens, "directory"],
    ["by an access token that is valid", party, until(1_001), "access token"],
    ["not by one that expired", party, until(1_000), undefined],
    ["not without userinfo", silent, until(1_001), undefined],
    ["by an access token of an API that never expires", oauth, noTokens, "access token"],
    ["not by an access token of unknown end", party, noTokens, undefined],
  ])("%s", (_, of, tokens, way) => {
    expect(renewalWay(of, tokens, 1_000)).toBe(way);
  });
});

const ada: Identity = {
  issuer,
  subject: "ada",
  email: undefined,
  groups: [],
  name: undefined,
  preferredUsername: undefined,
  provider: "company",
  claims: { acr: "gold", amr: ["otp"], auth_time: 7 },
};
const before = { ...noTokens, refreshToken: "r-0", idToken: "earlier" };

describe("the tokens of a renewal", () => {
  const renewed = async (body: object, identity = ada) => {
    replies["/token"] = async () =>
      Response.json({ access_token: "a-1", token_type: "bearer", ...body });
    const party = partyOf();
    return verifiedTokens(party, identity, await refreshTokens(party, before, 1_000));
  };

  it("replace the earlier ones, which stay where the issuer sends no others", async () => {
    const idToken = idTokenOf();

    expect(await renewed({ refresh_token: "r-1", id_token: idToken, expires_in: 60 })).toEqual({
      accessToken: "a-1",
      // openid-client subtracts the seconds since the response.
      accessTokenExpiresAt: expect.closeTo(61_000, -4),
      refreshToken: "r-1",
      idToken,
    });
    expect(await renewed({})).toEqual({
      accessToken: "a-1",
      accessTokenExpiresAt: undefined,
      refreshToken: "r-0",
      idToken: "earlier",
    });
  });

  it.each([
    ["of another subject", { id_token: idTokenOf({ sub: "eve" }) }],
    ["for another client", { id_token: idTokenOf({ aud: "other" }) }],
    ["issued to another client", { id_token: idTokenOf({ azp: "other" }) }],
    ["of another issuer", { id_token: idTokenOf({ iss: "https://other.example.com" }) }],
  ])("%s end the session", async (_, body) => {
    await expect(renewed(body)).rejects.toMatchObject({ code: "grant_ended" });
  });

  it.each([
    ["signed by another key", { id_token: rs256(header, usualClaims, strangerKey.privateKey) }],
    [
      "signed by another key, of another subject",
      { id_token: rs256(header, { ...usualClaims, sub: "eve" }, strangerKey.privateKey) },
    ],
    ["of an unknown key", { id_token: rs256({ ...header, kid: "new" }, usualClaims) }],
    ["for another access token", { id_token: idTokenOf({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }) }],
    ["that expired", { id_token: idTokenOf({ exp: 1 }) }],
    ["from a clock that is far ahead", { id_token: idTokenOf({ iat: 9e9, exp: 9.1e9 }) }],
    ["without an audience", { id_token: idTokenOf({ aud: undefined }) }],
    ["that is no text", { id_token: { a: 1 } }],
    ["without an access token", { access_token: undefined }],
    ["of an unknown type", { token_type: "mac" }],
    ["of a type that is bound to a key", { token_type: "DPoP" }],
    ["that is a logout token", { id_token: rs256({ ...header, typ: "logout+jwt" }, usualClaims) }],
    ["with a time that is no number", { expires_in: "soon" }],
  ])("%s are a transient failure, and their refresh token counts", async (_, body) => {
    replies["/token"] = async () =>
      Response.json({ access_token: "a-1", token_type: "bearer", refresh_token: "r-1", ...body });
    const party = partyOf();

    const answer = await refreshTokens(party, before, 1_000);

    expect(answer.tokens).toMatchObject({ refreshToken: "r-1", idToken: "earlier" });
    await expect(verifiedTokens(party, ada, answer)).rejects.toMatchObject({
      code: "issuer_broken",
    });
  });

  it.each(["", "[]", "null", "7", '{"access_token":"a', "<h1>Welcome</h1>"])(
    "are unreadable as %j, a transient failure",
    async (body) => {
      replies["/token"] = async () =>
        new Response(body, { headers: { "Content-Type": "application/json" } });

      await expect(refreshTokens(partyOf(), before, 1_000)).rejects.toMatchObject({
        code: "issuer_broken",
      });
    },
  );

  it("name what changed", async () => {
    await expect(renewed({ id_token: idTokenOf({ sub: "eve" }) })).rejects.toThrow(
      "the issuer returned another subject",
    );
    await expect(
      renewed({ id_token: idTokenOf() }, { ...ada, issuer: "https://id.example.com/earlier" }),
    ).rejects.toThrow("the issuer returned another issuer");
  });

  it.each([
    [400, { error: "invalid_grant" }, "grant_ended", `renewal at ${issuer} failed`],
    [401, { error: "invalid_client" }, "client_rejected", `renewal at ${issuer} failed`],
    [503, {}, "issuer_broken", `renewal at ${issuer} failed`],
  ])("are refused with status %i and %j", async (status, body, code, message) => {
    replies["/token"] = async () => Response.json(body, { status });

    await expect(refreshTokens(partyOf(), before, 1_000)).rejects.toMatchObject({
      code,
      message,
    });
  });
});

describe("the identity of a renewal", () => {
  const tokens: Tokens = {
    ...noTokens,
    accessToken: "a-1",
    accessTokenExpiresAt: 2_000,
    idToken: idTokenOf(),
  };
  const again = (changes: Partial<Tokens> = {}, identity = ada, isNew = false) =>
    askAgain(partyOf(), identity, { ...tokens, ...changes }, isNew, 1_000);

  it("is current, and keeps how the person signed in", async () => {
    expect(await again()).toMatchObject({ subject: "ada", groups: ["ops"], claims: ada.claims });
    expect(requests).toEqual(["/me"]);
  });

  it("is that of a new ID token, which still does not change how the person signed in", async () => {
    const idToken = idTokenOf({ ...whole, acr: "bronze", auth_time: 9 });
    const found = await again({ idToken }, ada, true);

    expect(found).toMatchObject({ groups: ["staff"], claims: ada.claims });
    expect(requests).toEqual([]);
  });

  it("is not asked with an access token that expired", async () => {
    await again({ accessTokenExpiresAt: 1_000 });
    expect(requests).toEqual([]);
    await again({ accessTokenExpiresAt: undefined });
    expect(requests).toEqual(["/me"]);
  });

  it.each([
    [{ ...ada, subject: "eve" }, "the issuer returned another subject"],
    [{ ...ada, issuer: "https://other.example.com" }, "the issuer returned another issuer"],
  ])("ends the session if it is another (%#)", async (identity, message) => {
    await expect(again({}, identity)).rejects.toMatchObject({ code: "grant_ended", message });
  });

  it.each([400, 401, 403, 404, 499])(
    "ends the session if userinfo refuses the token with %i",
    async (status) => {
      replies["/me"] = async () => new Response("", { status });

      await expect(again()).rejects.toMatchObject({
        code: "grant_ended",
        message: "the issuer no longer accepts the access token",
      });
    },
  );

  it.each([408, 429, 500, 503])("is tried again later if userinfo answers %i", async (status) => {
    replies["/me"] = async () => new Response("", { status });

    await expect(again()).rejects.toMatchObject({ code: "issuer_broken" });
  });

  it("ends the session if userinfo challenges the token (RFC 6750 §3.1)", async () => {
    replies["/me"] = async () =>
      new Response("", {
        status: 401,
        headers: { "www-authenticate": 'Bearer error="invalid_token"' },
      });

    await expect(again()).rejects.toMatchObject({ code: "grant_ended" });
  });

  it.each([
    [{}, "fulfilled"],
    [{ sub: "eve" }, "grant_ended"],
    [{ azp: "other" }, "grant_ended"],
    [{ iss: "https://other.example.com" }, "grant_ended"],
    [{ exp: seconds - 60 }, "issuer_broken"],
    [{ typ: "ID" }, "issuer_broken"],
  ])("with an access token of Keycloak with %j is %s", async (changes, result) => {
    const accessToken = rs256(header, { ...usualClaims, azp: "door", typ: "Bearer", ...changes });
    const keycloak = partyOf({ issuer }, "keycloak");
    const found = await askAgain(keycloak, ada, { ...tokens, accessToken }, false, 1_000).then(
      () => "fulfilled",
      (error: unknown) => (error instanceof AuthError ? error.code : error),
    );

    expect(found).toBe(result);
  });

  const atGithub = () => {
    const { idToken: _, ...rest } = tokens;
    const identity = { ...ada, issuer: "https://github.com", subject: "7" };
    return askAgain(partyOf({}, "github"), identity, { ...rest, idToken: undefined }, false, 1_000);
  };

  it.each([
    [401, "grant_ended"],
    [404, "grant_ended"],
    [429, "issuer_broken"],
    [500, "issuer_broken"],
  ])("at an API that answers %i is %s", async (status, code) => {
    replies["/user"] = async () => new Response("", { status });

    await expect(atGithub()).rejects.toMatchObject({ code });
  });

  it("waits for groups that cannot be read now", async () => {
    replies = {
      "/user": async () => Response.json({ id: 7 }),
      "/user/emails": async () => Response.json([]),
      "/user/orgs": async () => new Response("", { status: 503 }),
      "/user/teams": async () => Response.json([]),
    };

    await expect(atGithub()).rejects.toMatchObject({ code: "issuer_unreachable" });
  });
});

describe("an issuer whose tokens alone are accepted", () => {
  const fetch = async (url: string) =>
    url.startsWith("https://id.example.com/")
      ? Response.json({ issuer, jwks_uri: `${issuer}/keys` })
      : Response.json({ issuer: "https://token.example.com/7", jwks_uri: `${issuer}/keys` });
  const clientOf = async (clientId: string | undefined, clientSecret?: string) => {
    const { discover } = createTokenIssuer(
      { issuer },
      { clientId, clientSecret },
      { fetch, counts: createCounts(), now: Date.now },
    );
    return (await discover()).clientMetadata().client_id;
  };

  it("needs its keys, and no client of ours", async () => {
    expect(await clientOf(undefined)).toBe("doorward");
    expect(await clientOf("introspector", "shh")).toBe("introspector");
  });

  it("may have its metadata elsewhere", async () => {
    const place = {
      issuer: "https://token.example.com/7",
      discovery: "https://tenant.example.com",
    };
    const client = { clientId: undefined };
    const { discover } = createTokenIssuer(place, client, {
      fetch,
      counts: createCounts(),
      now: Date.now,
    });

    expect((await discover()).serverMetadata().issuer).toBe(place.issuer);
  });
});
