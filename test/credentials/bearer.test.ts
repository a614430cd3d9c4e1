import { createHmac, createPublicKey } from "node:crypto";
import { CompactEncrypt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { navigation, send, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import {
  createKey,
  jws,
  part,
  startTokenIssuer,
  type Fields,
  type IssuerKey,
  type TokenIssuer,
} from "../peers/token-issuer.ts";

const unknownKey = createKey();
const elliptic = createKey("ES256");
const edwards = createKey("EdDSA");

let company: TokenIssuer;
let ci: TokenIssuer;
let doorward: TestDoorward;
let clock = Date.now();

beforeAll(async () => {
  company = await startTokenIssuer();
  // Build services and clusters publish keys, but no sign-in endpoints.
  ci = await startTokenIssuer({
    authorization_endpoint: "urn:nothing",
    token_endpoint: undefined,
  });
  ci.keys = [elliptic];
});

/** Each test gets a new doorward without cached tokens or keys. */
beforeEach(async () => {
  await doorward?.close();
  company.isDown = false;
  company.keys = [company.keys[0] ?? createKey(), elliptic, edwards];
  company.opaque.clear();
  for (const issuer of [company, ci])
    Object.assign(issuer.asked, { discovery: 0, keys: 0, introspection: 0 });
  clock = Date.now();
  doorward = await startDoorward(configOf(configuration()), { now: () => clock });
});

afterAll(async () => {
  await Promise.all([doorward.close(), company.close(), ci.close()]);
});

function configuration(): Fields {
  const build = {
    issuer: ci.issuer,
    audiences: ["deploy"],
    algorithms: ["ES256"],
    scopes: ["push"],
    claims: { repository: ["acme/app", "acme/site"] },
  };
  return {
    url: "https://auth.example.com",
    cookie: { domain: "example.com" },
    providers: {
      company: {
        type: "oidc",
        issuer: company.issuer,
        clientId: "door",
        clientSecret: "of the door",
        audience: ["api"],
      },
    },
    access: { groups: ["staff"] },
    headers: {
      "X-Auth-Request-User": "subject",
      "X-Auth-Request-Email": "email",
      "X-Provider": "provider",
      Authorization: "Bearer accessToken",
    },
    rules: [
      { host: "api.example.com", bearer: true },
      { host: "ids.example.com", bearer: { idTokens: true } },
      { host: "ask.example.com", bearer: { introspection: true } },
      { host: "write.example.com", bearer: { scopes: ["write", "read"] } },
      { host: "fresh.example.com", bearer: true, maxAge: "15m", acr: "mfa" },
      { host: "public.example.com", bearer: true, allow: "public" },
      { host: "mixed.example.com", path: "/web/**", allow: "signed-in" },
      { host: "mixed.example.com", bearer: true, allow: "signed-in" },
      {
        host: "split.example.com",
        path: "/deploy/**",
        bearer: { issuers: [{ ...build, claims: {} }] },
        allow: "signed-in",
      },
      { host: "split.example.com", bearer: true, allow: "signed-in" },
      {
        host: "ci.example.com",
        bearer: { issuers: [build] },
        provider: ci.issuer,
        allow: { subjects: ["robot"] },
      },
    ],
  };
}

const key = () => company.keys[0] as IssuerKey;
const seconds = () => Math.floor(clock / 1000);

function claims(changes: Fields = {}): Fields {
  const iat = seconds() - 5;
  return {
    iss: company.issuer,
    sub: "ada",
    aud: "api",
    client_id: "cli",
    iat,
    exp: iat + 3600,
    groups: ["staff"],
    email: "ada@example.com",
    email_verified: true,
    ...changes,
  };
}

function accessToken(changes: Fields = {}, header: Fields = {}, by = key()): string {
  return jws({ alg: by.alg, typ: "at+jwt", kid: by.kid, ...header }, claims(changes), by);
}

function idToken(changes: Fields = {}, header: Fields = {}): string {
  return accessToken({ aud: "door", ...changes }, { typ: "JWT", ...header });
}

const forwarded = {
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Uri": "/x",
};

type Headers = Record<string, string | string[]>;

function verify(host: string, authorization?: string | string[], extra: Headers = {}) {
  const headers = {
    ...forwarded,
    "X-Forwarded-Host": host,
    ...(authorization !== undefined && { Authorization: authorization }),
    ...extra,
  };
  return send("http://doorward/verify", new Map([["doorward:80", doorward.port]]), { headers });
}

/** The same request in nginx's headers. */
function verifyOriginal(host: string, authorization: string, extra: Headers = {}) {
  const headers = {
    "X-Original-Method": "GET",
    "X-Original-URL": `https://${host}/x`,
    Authorization: authorization,
    ...extra,
  };
  return send("http://doorward/verify", new Map([["doorward:80", doorward.port]]), { headers });
}

const bearer = (token: string) => `Bearer ${token}`;
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const invalid = 'Bearer realm="doorward", error="invalid_token"';

/** What a program reads of a response, and the names of all headers that could identify a user. */
function seen({ status, headers, body }: HttpResponse) {
  const names = Object.keys(headers).filter((name) =>
    /^(x-(?!request-id).*|authorization|location|set-cookie)$/.test(name),
  );
  return { status, body, challenge: headers["www-authenticate"], names };
}

const invalidToken = {
  status: 401,
  body: '{"error":"invalid_token"}',
  challenge: invalid,
  names: [],
};

describe("a rule with bearer: true", () => {
  it("accepts an access token and sends its subject upstream", async () => {
    const token = accessToken();

    const answer = await verify("api.example.com", bearer(token));

    expect(answer).toMatchObject({
      status: 200,
      body: "",
      headers: {
        "x-auth-request-user": "ada",
        "x-auth-request-email": "ada@example.com",
        "x-provider": "company",
        authorization: `Bearer ${token}`,
      },
    });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it.each<[string, () => string]>([
    ["typ application/at+jwt", () => accessToken({}, { typ: "application/AT+JWT" })],
    ["our own client as audience", () => accessToken({ aud: "door" })],
    ["several audiences", () => accessToken({ aud: ["other", "api"] })],
    ["ES256", () => accessToken({}, {}, elliptic)],
    ["EdDSA", () => accessToken({}, {}, edwards)],
    ["no kid", () => accessToken({}, { kid: undefined })],
    ["exp 29 s ago", () => accessToken({ exp: seconds() - 29, iat: seconds() - 99 })],
    ["nbf 29 s ahead", () => accessToken({ nbf: seconds() + 29 })],
    ["iat 29 s ahead", () => accessToken({ iat: seconds() + 29 })],
    ["a fraction of a second", () => accessToken({ exp: seconds() + 9.5 })],
    ["another key offered in its header", () => accessToken({}, { jwk: unknownKey.jwk })],
  ])("accepts a token with %s", async (_, token) => {
    const answer = await verify("api.example.com", bearer(token()));

    expect(answer.status).toBe(200);
  });

  it.each<[string, () => string | Promise<string>]>([
    ["of another client", () => accessToken({ aud: "other", azp: "other" })],
    ["for an audience that only begins with ours", () => accessToken({ aud: "api.evil.example" })],
    ["without audience", () => accessToken({ aud: undefined })],
    [
      "of another issuer that shares the keys",
      () => accessToken({ iss: "https://id.evil.example" }),
    ],
    ["of our issuer with an added slash", () => accessToken({ iss: `${company.issuer}/` })],
    ["without issuer", () => accessToken({ iss: undefined })],
    ["that is an ID token", () => idToken()],
    ["that is an ID token without typ", () => idToken({}, { typ: undefined })],
    ["that is a logout token", () => idToken({ events: {} }, { typ: "logout+jwt" })],
    ["that is of an unknown typ", () => accessToken({}, { typ: "secevent+jwt" })],
    ["whose typ is not a string", () => accessToken({}, { typ: 7 })],
    ["that has expired", () => accessToken({ exp: seconds() - 31, iat: seconds() - 99 })],
    ["that is not valid yet", () => accessToken({ nbf: seconds() + 32 })],
    ["from the future", () => accessToken({ iat: seconds() + 32 })],
    ["with an exp before its iat", () => accessToken({ iat: seconds() + 20, exp: seconds() + 10 })],
    ["without exp", () => accessToken({ exp: undefined })],
    ["without iat", () => accessToken({ iat: undefined })],
    ["whose exp is a string", () => accessToken({ exp: String(seconds() + 99) })],
    ["whose nbf is a string", () => accessToken({ nbf: "1" })],
    ["without subject", () => accessToken({ sub: undefined })],
    ["with an empty subject", () => accessToken({ sub: "" })],
    ["whose subject is a number", () => accessToken({ sub: 7 })],
    ["that is bound to a key", () => accessToken({ cnf: { jkt: "x" } })],
    [
      "signed with an unknown key under a known kid",
      () => accessToken({}, { kid: key().kid }, unknownKey),
    ],
    [
      "signed with the key in its own header",
      () => accessToken({}, { jwk: unknownKey.jwk }, unknownKey),
    ],
    [
      "with jku and x5u",
      () => accessToken({}, { jku: `${ci.issuer}/keys`, x5u: ci.issuer }, unknownKey),
    ],
    ["with a path as its kid", () => accessToken({}, { kid: "../../dev/null" }, unknownKey)],
    ["with an SQL statement as its kid", () => accessToken({}, { kid: "' OR 1=1 --" }, unknownKey)],
    ["with a critical extension", () => accessToken({}, { crit: ["x"], x: 1 })],
    ["with b64: false", () => accessToken({}, { crit: ["b64"], b64: false })],
    ["with another key's algorithm", () => accessToken({}, { alg: "ES256" })],
    ["RS256 with an elliptic key's kid", () => accessToken({}, { kid: elliptic.kid })],
    ["alg none", () => `${part({ alg: "none", typ: "at+jwt" })}.${part(claims())}.`],
    ["alg None", () => `${part({ alg: "None", typ: "at+jwt" })}.${part(claims())}.`],
    ["HS256 with the public key as secret", () => hs256(String(publicPem()))],
    ["HS256 with our client secret", () => hs256("of the door")],
    ["that is encrypted", encrypted],
    ["whose payload is not an object", () => jws({ alg: "RS256", typ: "at+jwt" }, "ada", key())],
    ["whose payload was changed", () => tampered()],
    ["with four parts", () => `${accessToken()}.x`],
    ["with two signatures", () => `${accessToken()},${accessToken()}`],
    ["longer than 8 KiB", () => accessToken({ filler: "x".repeat(7 * 1024) })],
    ["that is opaque", () => "opaque-token"],
    ["that is empty", () => ""],
    ["with invalid characters", () => "a b;c"],
  ])("rejects a token %s", async (_, token) => {
    const answer = await verify("api.example.com", bearer(await token()));

    expect(seen(answer)).toEqual(invalidToken);
  });

  it.each<[string, () => string, RegExp[]]>([
    [
      "the header's typ, and what to change at Keycloak",
      () => idToken({ typ: "Bearer" }),
      [/^header typ is JWT, expected at\+jwt .*at Keycloak switch on .*at\+jwt.*type: keycloak/],
    ],
    ["a missing typ", () => idToken({}, { typ: undefined }), [/^header typ is missing, expected/]],
    ["an unknown typ", () => idToken({}, { typ: "logout+jwt" }), [/^header typ is logout\+jwt,/]],
    [
      "a wrong typ, and the audience that was there and those that count as well",
      () => idToken({ aud: "account" }),
      [/^header typ is JWT, expected at\+jwt .*; aud is "account", expected door or api$/],
    ],
    ["a missing audience", () => accessToken({ aud: undefined }), [/^aud is missing, expected/]],
    [
      "a missing subject",
      () => accessToken({ sub: undefined }),
      [/^sub is missing; .*lightweight/],
    ],
  ])("logs %s", async (_, token, reason) => {
    await verify("api.example.com", bearer(token()));

    const found = doorward.events.filter(({ msg }) => msg === "refused");
    expect(found).toMatchObject(reason.map((text) => ({ detail: expect.stringMatching(text) })));
  });

  it("does not ask for the typ of an access token where ID tokens count", async () => {
    await verify("ids.example.com", bearer(idToken({ aud: "account" })));

    const found = doorward.events.filter(({ msg }) => msg === "refused");
    expect(found).toMatchObject([{ detail: 'aud is "account", expected door or api' }]);
  });

  it("rejects two Authorization headers, because the app may read either", async () => {
    const both = [bearer(accessToken()), bearer(accessToken())];

    expect(seen(await verify("api.example.com", both))).toEqual(invalidToken);
  });

  it("sends nginx a 401 without a body, and nginx passes WWW-Authenticate on", async () => {
    const answer = await verifyOriginal("api.example.com", bearer("x.y.z"), navigation);

    expect(answer).toMatchObject({
      status: 401,
      body: "",
      headers: { "www-authenticate": invalid },
    });
    expect(answer.headers.location).toBeUndefined();
    expect(await verifyOriginal("api.example.com", bearer(accessToken()))).toMatchObject({
      status: 200,
      headers: { "x-auth-request-user": "ada" },
    });
  });

  it("never redirects a request with a token, even with the headers of a browser", async () => {
    const good = await verify("api.example.com", bearer(accessToken()), navigation);
    const bad = await verify("api.example.com", bearer("x.y.z"), navigation);

    expect(good.status).toBe(200);
    expect(seen(bad)).toEqual(invalidToken);
  });

  it("sends scripts a token challenge, git also a password challenge, and redirects browsers", async () => {
    const script = await verify("api.example.com", undefined, { "Sec-Fetch-Mode": "cors" });
    const git = await verify("api.example.com");
    const browser = await verify("api.example.com", undefined, navigation);

    expect(script).toMatchObject({ status: 401, body: '{"error":"sign_in_required"}' });
    expect(script.headers["www-authenticate"]).toBe('Bearer realm="doorward"');
    expect(git.headers["www-authenticate"]).toBe(
      'Bearer realm="doorward", Basic realm="doorward", charset="UTF-8"',
    );
    expect(browser).toMatchObject({ status: 302 });
    expect(browser.headers["www-authenticate"]).toBeUndefined();
  });

  it("denies an identity that the policy does not list, as for a session", async () => {
    const token = bearer(accessToken({ groups: ["guests"] }));

    const answer = await verify("api.example.com", token, navigation);

    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ error: "forbidden" });
    expect(await verifyOriginal("api.example.com", token)).toMatchObject({ status: 403, body: "" });
  });

  it("ignores an email address that is not verified by the issuer", async () => {
    const answer = await verify("api.example.com", bearer(accessToken({ email_verified: false })));

    expect(answer).toMatchObject({ status: 200, headers: { "x-auth-request-email": "" } });
  });

  it("applies the narrowing in the query of /verify", async () => {
    const ports = new Map([["doorward:80", doorward.port]]);
    const headers = { ...forwarded, "X-Forwarded-Host": "api.example.com" };
    const ask = (query: string) =>
      send(`http://doorward/verify?${query}`, ports, {
        headers: { ...headers, Authorization: bearer(accessToken()) },
      });

    expect((await ask("allowed_groups=staff")).status).toBe(200);
    expect((await ask("allowed_groups=ops")).status).toBe(403);
  });

  it("leaves a public page public, but rejects an invalid token there", async () => {
    const anonymous = await verify("public.example.com");
    const known = await verify("public.example.com", bearer(accessToken()));

    expect(anonymous).toMatchObject({ status: 200, headers: { "x-auth-request-user": "" } });
    expect(known).toMatchObject({ status: 200, headers: { "x-auth-request-user": "ada" } });
    expect(seen(await verify("public.example.com", bearer("x.y.z")))).toEqual(invalidToken);
  });

  it("sends the requirements for a token whose sign-in is too old or too weak (RFC 9470)", async () => {
    const strong = accessToken({ auth_time: seconds(), acr: "mfa" });
    const weak = basic(`x:${accessToken({ auth_time: seconds() - 3600, acr: "mfa" })}`);

    const answer = await verify("fresh.example.com", weak, navigation);

    expect((await verify("fresh.example.com", bearer(strong))).status).toBe(200);
    expect(answer.status).toBe(401);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.headers["www-authenticate"]).toBe(
      'Bearer realm="doorward", error="insufficient_user_authentication", max_age="900", acr_values="mfa"',
    );
  });
});

describe("an Authorization header that no rule accepts", () => {
  it.each(["app.example.com", "unknown.sub.example.com"])(
    "is left to the app and signs no one in: %s",
    async (host) => {
      const plain = await verify(host, undefined, navigation);
      const withBasic = await verify(host, basic(`x:${accessToken()}`), navigation);
      const withToken = await verify(host, bearer(accessToken()), navigation);

      expect(plain.status).toBe(302);
      expect(withBasic).toMatchObject({
        status: 302,
        headers: { location: plain.headers.location },
      });
      expect(withToken).toMatchObject({ status: 401, body: '{"error":"sign_in_required"}' });
      expect(withToken.headers.location).toBeUndefined();
      expect(withToken.headers["www-authenticate"]).toBeUndefined();
      expect(company.asked.keys).toBe(0);
    },
  );

  it.each(["Digest username=ada", "Negotiate YII=", "nonsense"])(
    "is ignored in an unsupported scheme: %s",
    async (written) => {
      const answer = await verify("public.example.com", written);

      expect(answer).toMatchObject({ status: 200, headers: { "x-auth-request-user": "" } });
    },
  );

  it("is ignored if an earlier rule without bearer may decide", async () => {
    const at = (uri: string) =>
      verify("mixed.example.com", bearer(accessToken()), { "X-Forwarded-Uri": uri });

    expect((await at("/api/x")).status).toBe(200);
    expect((await at("/web/x")).status).toBe(401);
    expect((await at("/api/..%2fweb/x")).status).toBe(401);
    expect((await at("/web/../api/x")).status).toBe(401);
  });
});

describe("a token in Basic, as git, npm and pip send it", () => {
  it.each<[string, (token: string) => string]>([
    ["the password of x-access-token", (token) => `x-access-token:${token}`],
    ["the password of oauth2", (token) => `oauth2:${token}`],
    ["the name without a password", (token) => `${token}:`],
    ["the name with a placeholder", (token) => `${token}:x-oauth-basic`],
    ["the password without a name", (token) => `:${token}`],
  ])("is accepted as %s", async (_, form) => {
    company.opaque.set("opaque-1", { ...claims(), active: true, token_type: "Bearer" });

    const signed = await verify("api.example.com", basic(form(accessToken())));
    const opaque = await verify("ask.example.com", basic(form("opaque-1")));

    expect(signed).toMatchObject({ status: 200, headers: { "x-auth-request-user": "ada" } });
    expect(opaque).toMatchObject({ status: 200, headers: { "x-auth-request-user": "ada" } });
  });

  it.each(["ada:secret", "ada", ":", ""])("is rejected if there is none: %j", async (text) => {
    expect(seen(await verify("api.example.com", basic(text), navigation))).toEqual(invalidToken);
  });
});

describe("scopes", () => {
  it.each<[string, Fields, number]>([
    ["scope separated by spaces", { scope: "read write other" }, 200],
    ["scp as a list", { scp: ["write", "read"] }, 200],
    ["scp as a string", { scp: "write read" }, 200],
    ["one too few", { scope: "read" }, 403],
    ["none", {}, 403],
    ["names that are only similar", { scope: "readwrite write:all" }, 403],
    ["a scope that is not a string", { scope: { write: true } }, 403],
  ])("%s", async (_, changes, status) => {
    const answer = await verify("write.example.com", bearer(accessToken(changes)));

    expect(answer.status).toBe(status);
  });

  it("are listed in the response if one is missing", async () => {
    const answer = await verify("write.example.com", bearer(accessToken()), navigation);

    expect(answer).toMatchObject({ status: 403, body: '{"error":"insufficient_scope"}' });
    expect(answer.headers["www-authenticate"]).toBe(
      'Bearer realm="doorward", error="insufficient_scope", scope="write read"',
    );
    expect(answer.headers["x-auth-request-user"]).toBeUndefined();
  });
});

describe("ID tokens, on a rule that accepts them", () => {
  it.each<[string, () => string]>([
    ["for us", () => idToken()],
    ["without typ", () => idToken({}, { typ: undefined })],
    ["also for a configured audience", () => idToken({ aud: ["door", "api"], azp: "door" })],
  ])("are accepted if they are %s", async (_, token) => {
    const answer = await verify("ids.example.com", bearer(token()));

    expect(answer).toMatchObject({ status: 200, headers: { "x-auth-request-user": "ada" } });
  });

  it.each<[string, () => string]>([
    ["for a configured audience, but not for our client", () => idToken({ aud: "api" })],
    ["also for an unknown audience", () => idToken({ aud: ["door", "other"] })],
    ["issued to another client", () => idToken({ azp: "other" })],
    [
      "a logout token with the typ of an ID token",
      () => idToken({ events: { "http://schemas.openid.net/event/backchannel-logout": {} } }),
    ],
  ])("are rejected if they are %s", async (_, token) => {
    expect(seen(await verify("ids.example.com", bearer(token())))).toEqual(invalidToken);
  });
});

describe("an issuer that a rule adds", () => {
  const build = (changes: Fields = {}, by = elliptic) =>
    accessToken(
      {
        iss: ci.issuer,
        sub: "robot",
        aud: "deploy",
        scope: "push",
        repository: "acme/app",
        ...changes,
      },
      {},
      by,
    );

  it("has its tokens accepted there, with its URL as the provider", async () => {
    const answer = await verify("ci.example.com", bearer(build()));

    expect(answer).toMatchObject({
      status: 200,
      headers: { "x-auth-request-user": "robot", "x-provider": ci.issuer },
    });
  });

  it("has its tokens rejected on other hosts", async () => {
    expect(seen(await verify("api.example.com", bearer(build({ aud: "api" }))))).toEqual(
      invalidToken,
    );
    expect(ci.asked.discovery).toBe(0);
  });

  it.each<[string, () => string]>([
    ["for another audience", () => build({ aud: "door" })],
    ["of another repository", () => build({ repository: "evil/app" })],
    ["without the claim", () => build({ repository: undefined })],
    ["signed with an algorithm that is not listed", () => build({}, key())],
  ])("has a token rejected that is %s", async (_, token) => {
    ci.keys = [elliptic, key()];

    expect(seen(await verify("ci.example.com", bearer(token())))).toEqual(invalidToken);
  });

  it("has its tokens rejected by another rule of the same host", async () => {
    const at = (uri: string) =>
      verify("split.example.com", bearer(build()), { "X-Forwarded-Uri": uri });

    expect((await at("/deploy/x")).status).toBe(200);
    expect(seen(await at("/x"))).toEqual(invalidToken);
    expect(seen(await at("/deploy/..%2fx"))).toEqual(invalidToken);
  });

  it("requires its own scopes, and the policy still applies", async () => {
    expect((await verify("ci.example.com", bearer(build({ scope: "pull" })))).status).toBe(403);
    expect((await verify("ci.example.com", bearer(build({ sub: "eve" })))).status).toBe(403);
  });
});

describe("the keys of an issuer", () => {
  it("are fetched once, and a cached token needs no request", async () => {
    const token = bearer(accessToken());

    const answers = [
      await verify("api.example.com", token),
      await verify("api.example.com", token),
    ];
    company.isDown = true;
    answers.push(await verify("api.example.com", token));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(company.asked).toMatchObject({ discovery: 1, keys: 1 });
  });

  it("are fetched again once for a new key, even for concurrent requests", async () => {
    await verify("api.example.com", bearer(accessToken()));
    const old = accessToken({ jti: "old" });
    company.keys = [createKey()];

    const answers = await Promise.all(
      ["a", "b", "c"].map((jti) => verify("api.example.com", bearer(accessToken({ jti })))),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(company.asked.keys).toBe(2);
    expect(seen(await verify("api.example.com", bearer(old)))).toEqual(invalidToken);
  });

  it("are fetched at most once in 30 seconds for many made-up kids", async () => {
    await verify("api.example.com", bearer(accessToken()));

    for (let index = 0; index < 20; index++) {
      expect(
        seen(await verify("api.example.com", bearer(accessToken({}, { kid: `made-up-${index}` })))),
      ).toEqual(invalidToken);
    }

    expect(company.asked.keys).toBe(2);
  });

  it("stay in use during an outage; a token with an unknown key is neither accepted nor called invalid", async () => {
    await verify("api.example.com", bearer(accessToken()));
    company.isDown = true;
    clock += 11 * 60_000;

    const known = await verify("api.example.com", bearer(accessToken({ jti: "new" })));
    const unknown = accessToken({}, { kid: "from-tomorrow" });
    const answer = await verify("api.example.com", bearer(unknown), navigation);
    const toNginx = await verifyOriginal("api.example.com", bearer(unknown));

    expect(known.status).toBe(200);
    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(answer.headers["www-authenticate"]).toBeUndefined();
    expect(answer.headers["x-auth-request-user"]).toBeUndefined();
    expect(toNginx).toMatchObject({ status: 500, body: "" });
  });

  it("that could not be fetched yet let no token pass until they are fetched", async () => {
    const token = bearer(accessToken());
    company.isDown = true;
    const before = await verify("api.example.com", token);
    company.isDown = false;
    clock += 6_000;

    const after = await verify("api.example.com", token);

    expect(before.status).toBe(503);
    expect(after.status).toBe(200);
  });

  it("that the issuer removed are rejected within ten minutes, even for cached tokens", async () => {
    const token = bearer(accessToken());
    await verify("api.example.com", token);
    company.keys = [createKey()];

    clock += 11 * 60_000;

    expect(seen(await verify("api.example.com", token))).toEqual(invalidToken);
  });

  it("are all tried for a token without a kid", async () => {
    const second = createKey();
    company.keys = [createKey(), second, createKey()];
    const nameless = { kid: undefined };

    expect(
      (await verify("api.example.com", bearer(accessToken({}, nameless, second)))).status,
    ).toBe(200);
    expect(
      seen(await verify("api.example.com", bearer(accessToken({}, nameless, unknownKey)))),
    ).toEqual(invalidToken);
  });

  it("do not extend a cached token beyond its expiry", async () => {
    const token = bearer(accessToken({ exp: seconds() + 60 }));
    expect((await verify("api.example.com", token)).status).toBe(200);

    clock += 92_000;

    expect(seen(await verify("api.example.com", token))).toEqual(invalidToken);
  });
});

describe("a header in the cache", () => {
  it("is still rejected next to another, with a changed character, on another host, and after its expiry", async () => {
    const token = bearer(accessToken({ exp: seconds() + 60 }));
    const often = [1, 2, 3].map(() => () => verify("api.example.com", token));
    const before: number[] = [];
    for (const once of often) before.push((await once()).status);
    const swapped = token.endsWith("AA") ? `${token.slice(0, -2)}BB` : `${token.slice(0, -2)}AA`;

    const twice = await verify("api.example.com", [token, token]);
    const changed = await verify("api.example.com", swapped);
    const elsewhere = await verify("wiki.example.com", token);
    clock += 92_000;
    const expired = await verify("api.example.com", token);

    expect(before).toEqual([200, 200, 200]);
    expect([twice, changed, elsewhere, expired].map(({ status }) => status)).toEqual([
      401, 401, 401, 401,
    ]);
  });
});

describe("introspection", () => {
  const active = (changes: Fields = {}): Fields => ({
    ...claims(),
    active: true,
    token_type: "Bearer",
    ...changes,
  });

  it("is requested with our client's credentials, and once for many requests", async () => {
    company.opaque.set("token-1", active());

    const answers = await Promise.all(
      [1, 2, 3].map(() => verify("ask.example.com", bearer("token-1"))),
    );
    answers.push(await verify("ask.example.com", bearer("token-1")));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers[3]?.headers["x-auth-request-email"]).toBe("ada@example.com");
    expect(company.asked.introspection).toBe(1);
    expect(company.lastClient).toBe(basic("door:of+the+door"));
  });

  it.each<[string, Fields]>([
    ["inactive", { active: false }],
    ["of another issuer", { iss: "https://id.evil.example" }],
    ["for another audience", { aud: "other" }],
    ["without audience, of another client", { aud: undefined }],
    ["expired", { exp: 1 }],
    ["not valid yet", { nbf: 4_000_000_000 }],
    ["with a time as a string", { exp: "4000000000" }],
    ["a refresh token by its token_type", { token_type: "Refresh" }],
    ["without token_type", { token_type: undefined }],
    ["a refresh token by its token_use", { token_use: "refresh_token" }],
    ["bound to a key", { cnf: { jkt: "x" } }],
    ["without subject", { sub: undefined }],
  ])("rejects a token that is %s", async (_, changes) => {
    company.opaque.set("token-2", active(changes));

    expect(seen(await verify("ask.example.com", bearer("token-2")))).toEqual(invalidToken);
  });

  it("accepts a token without audience only if it was issued to our client", async () => {
    company.opaque.set("token-3", active({ aud: undefined, client_id: "door", iss: undefined }));

    expect((await verify("ask.example.com", bearer("token-3"))).status).toBe(200);
  });

  it("caches an active token for at most 30 seconds, and not beyond its expiry", async () => {
    company.opaque.set("long", active());
    company.opaque.set("short", active({ exp: seconds() + 10 }));
    await verify("ask.example.com", bearer("long"));
    await verify("ask.example.com", bearer("short"));
    company.opaque.clear();

    clock += 11_000;
    expect((await verify("ask.example.com", bearer("long"))).status).toBe(200);
    expect(seen(await verify("ask.example.com", bearer("short")))).toEqual(invalidToken);
    clock += 20_000;
    expect(seen(await verify("ask.example.com", bearer("long")))).toEqual(invalidToken);
  });

  it("does not use a cached active token after the clock is set back", async () => {
    company.opaque.set("long", active({ iat: seconds() - 7_200 }));
    await verify("ask.example.com", bearer("long"));
    company.opaque.clear();

    clock -= 60 * 60_000;

    expect(seen(await verify("ask.example.com", bearer("long")))).toEqual(invalidToken);
  });

  it("caches an inactive token briefly, so that a made-up token causes one request", async () => {
    for (let index = 0; index < 5; index++) {
      expect(seen(await verify("ask.example.com", bearer("made-up")))).toEqual(invalidToken);
    }

    expect(company.asked.introspection).toBe(1);
  });

  it("that fails does not make the token invalid", async () => {
    company.opaque.set("token-4", active());
    company.isDown = true;

    const answer = await verify("ask.example.com", bearer("token-4"));

    expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(answer.headers["www-authenticate"]).toBeUndefined();
    expect((await verifyOriginal("ask.example.com", bearer("token-4"))).status).toBe(500);
  });

  it("is not used for signed tokens, nor on rules without the setting", async () => {
    company.opaque.set("token-5", active());

    expect((await verify("ask.example.com", bearer(accessToken()))).status).toBe(200);
    expect(seen(await verify("api.example.com", bearer("token-5")))).toEqual(invalidToken);
    expect(company.asked.introspection).toBe(0);
  });
});

describe("the log", () => {
  it("contains why a token was rejected, and never the token", async () => {
    const token = accessToken({ aud: "other" });

    await verify("api.example.com", bearer(token));

    expect(doorward.events.at(-1)).toMatchObject({
      reason: "invalid_token",
      host: "api.example.com",
      path: "/x",
    });
    expect(JSON.stringify(doorward.events)).not.toContain(token.slice(-40));
  });

  it("lists only the scopes that the token lacks", async () => {
    await verify("write.example.com", bearer(accessToken({ scope: "read" })));

    expect(doorward.events.at(-1)).toMatchObject({
      reason: "insufficient_scope",
      detail: "the token lacks a required scope: write",
    });
  });
});

function hs256(secret: string): string {
  const input = `${part({ alg: "HS256", typ: "at+jwt", kid: key().kid })}.${part(claims())}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}

function publicPem() {
  return createPublicKey(key().privateKey).export({ type: "spki", format: "pem" });
}

function tampered(): string {
  const [header, , signature] = accessToken().split(".");
  return `${header}.${part(claims({ sub: "root" }))}.${signature}`;
}

function encrypted(): Promise<string> {
  return new CompactEncrypt(Buffer.from(accessToken()))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(new Uint8Array(32));
}
