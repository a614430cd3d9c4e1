import { createHmac, createPublicKey } from "node:crypto";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { navigation, type HttpResponse } from "../peers/browser.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";
import {
  html,
  json,
  startHostileIssuer,
  type HostileIssuer,
  type Twist,
} from "../peers/hostile-issuer.ts";
import {
  hs256,
  issuerKeyPem,
  jwkOf,
  issuerKey,
  rs256,
  strangerKey,
  unsigned,
} from "../peers/jwt.ts";
import { client, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import { createKey, part } from "../peers/token-issuer.ts";
import type { Attack } from "./attack.ts";
import { openBearerDoor, type BearerDoor } from "./bearer-door.ts";

const minute = 60_000;
const rs = { alg: "RS256", kid: "one", typ: "JWT" };
const wrongKey = createKey();

/** Of one provider. */
let door: SignInDoor;
/** Of the provider `company`, and of `second` at the issuer `other`. */
let two: SignInDoor;
let other: HostileIssuer;
let bearer: BearerDoor;

beforeAll(async () => {
  other = await startHostileIssuer();
  const second = { type: "oidc", issuer: other.issuer, clientId: "o", clientSecret: "other" };
  [door, two, bearer] = await Promise.all([
    openSignInDoor({ access: { anyone: true }, session: { refresh: "1h" } }),
    openSignInDoor({ providers: { second } }),
    openBearerDoor(),
  ]);
});
afterEach(() => {
  for (const { issuer } of [door, two]) issuer.twist = {};
});
afterAll(async () => {
  await Promise.all([door.close(), two.close(), bearer.close()]);
  await other.close();
});

/** What must not happen when a callback is refused: a request for tokens, or a session. */
async function refusal(answer: HttpResponse, tokenRequestsBefore: number) {
  const name = cookieNameOf(door.site);
  return {
    status: answer.status,
    tokenRequests: door.issuer.asked("/token") - tokenRequestsBefore,
    session: setCookies(answer).some((line) => line.startsWith(`${name}=`)),
  };
}

const refused = { status: 400, tokenRequests: 0, session: false };

/** The refusal of a callback whose query was changed. */
async function callbackWith(change: (url: URL) => unknown): Promise<unknown> {
  const browser = door.browser();
  const url = new URL(door.issuer.consent(await door.start(browser)));
  change(url);
  const before = door.issuer.asked("/token");
  return refusal(await door.callback(browser, url.href), before);
}

/** The status of a sign-in at an issuer with this twist. */
async function signInWith(twist: Twist, at = door): Promise<number> {
  at.issuer.twist = twist;
  return (await at.signIn(at.browser())).status;
}

/** The statuses of a session: after a sign-in, and after a refresh with this twist. */
async function refreshWith(twist: Twist): Promise<number[]> {
  door.issuer.twist = { refreshes: true };
  const browser = door.browser();
  await door.signIn(browser);
  const before = await door.verify(browser);
  door.issuer.twist = { refreshes: true, ...twist };
  door.clock.now += 61 * minute;
  const statuses = [before.status, (await door.verify(browser)).status];
  door.issuer.twist = { refreshes: true };
  return statuses;
}

const failing = (status: number, error: string) => ({
  reply: { "/token": (response: ServerResponse) => json(response, status, { error }) },
});

/** The status of /start at an issuer with this discovery, and the paths that it then asked the issuer for. */
async function startWith(twist: Twist): Promise<unknown> {
  const one = await openSignInDoor();
  one.issuer.twist = twist;
  const answer = await one.browser().ask(`${one.site}/start`, { headers: navigation });
  const paths = new Set(one.issuer.received.map(({ path }) => path));
  await one.close();
  return [answer.status, answer.headers.location, [...paths]];
}

const discovery = "/.well-known/openid-configuration";
const refusedIssuer = [502, undefined, [discovery]];
const metadata = (changed: Record<string, unknown>) => () => startWith({ metadata: changed });
const replying = (reply: (response: ServerResponse) => unknown) => () =>
  startWith({ reply: { [discovery]: reply } });

const flow: readonly Attack[] = [
  [
    "B8.1",
    "a callback without a state",
    () => callbackWith((url) => url.searchParams.delete("state")),
    refused,
  ],
  [
    "B8.1",
    "an empty state",
    () => callbackWith((url) => url.searchParams.set("state", "")),
    refused,
  ],
  [
    "B8.1",
    "an invented state",
    () => callbackWith((url) => url.searchParams.set("state", "A".repeat(22))),
    refused,
  ],
  [
    "B8.1",
    "a state of 10 kB",
    () => callbackWith((url) => url.searchParams.set("state", "A".repeat(10_000))),
    refused,
  ],
  [
    "B8.1",
    "a state given twice",
    () =>
      callbackWith((url) => url.searchParams.append("state", url.searchParams.get("state") ?? "")),
    refused,
  ],
  [
    "B8.1",
    "the state of another browser",
    async () => {
      const url = door.issuer.consent(await door.start(door.browser()));
      const before = door.issuer.asked("/token");
      return refusal(await door.callback(door.browser(), url), before);
    },
    refused,
  ],
  [
    "B8.1",
    "an expired state",
    async () => {
      const browser = door.browser();
      const url = door.issuer.consent(await door.start(browser));
      door.clock.now += 10 * minute;
      const before = door.issuer.asked("/token");
      return refusal(await door.callback(browser, url), before);
    },
    refused,
  ],
  [
    "B8.1",
    "a used state",
    async () => {
      const browser = door.browser();
      const url = door.issuer.consent(await door.start(browser));
      const cookie = await browser.jar.getCookieString(url);
      await door.callback(browser, url);
      const before = door.issuer.asked("/token");
      const again = await door.browser().ask(url, { headers: { ...navigation, Cookie: cookie } });
      return refusal(again, before);
    },
    refused,
  ],
  [
    "B8.2",
    "fifty sign-ins at once open the session of their own account each",
    () => interleaved(50),
    [],
  ],
  [
    "B8.3",
    "a callback that arrives four times at once redeems one code",
    async () => {
      const browser = door.browser();
      const url = door.issuer.consent(await door.start(browser));
      const before = door.issuer.asked("/token");
      const answers = await Promise.all([0, 1, 2, 3].map(() => door.callback(browser, url)));
      const later = await door.callback(browser, url);
      const statuses = answers.map(({ status }) => status).toSorted();
      return [statuses, door.issuer.asked("/token") - before, setCookies(later)];
    },
    [[302, 400, 400, 400], 1, []],
  ],
  [
    "B8.4",
    "the code and the iss of another provider",
    () => mixUp({ iss: other.issuer }),
    [400, 0],
  ],
  [
    "B8.4",
    "the code of another provider at its own redirect URI",
    () => mixUp({}, "second"),
    [400, 0],
  ],
  [
    "B8.5",
    "a refusal of the issuer consumes the transaction",
    async () => {
      const browser = door.browser();
      const begun = await door.start(browser);
      const before = door.issuer.asked("/token");
      const first = await door.callback(
        browser,
        door.issuer.consent(begun, { code: undefined, error: "access_denied" }),
      );
      const second = await door.callback(browser, door.issuer.consent(begun));
      return [
        first.status,
        first.headers.location,
        second.status,
        door.issuer.asked("/token") - before,
      ];
    },
    [403, undefined, 400, 0],
  ],
  [
    "B8.5",
    "an error together with a code does not use the code",
    () => callbackWith((url) => url.searchParams.set("error", "server_error")),
    { ...refused, status: 503 },
  ],
  [
    "B8.5",
    "an error without a state",
    () =>
      callbackWith((url) => {
        url.search = "?error=access_denied";
      }),
    refused,
  ],
  [
    "B8.5",
    "markup in an error does not reach the page",
    async () => {
      const browser = door.browser();
      const evil = "<script>alert(1)</script>";
      const wanted = { code: undefined, error: evil, error_description: evil, error_uri: evil };
      const answer = await door.callback(
        browser,
        door.issuer.consent(await door.start(browser), wanted),
      );
      return [answer.status, answer.body.includes("<script"), answer.body.includes("alert(1)")];
    },
    [403, false, false],
  ],
  [
    "B8.6",
    "a posted response, of a provider that does not post",
    async () => {
      const browser = door.browser();
      const { search, origin, pathname } = new URL(door.issuer.consent(await door.start(browser)));
      const before = door.issuer.asked("/token");
      const type = "application/x-www-form-urlencoded";
      const answer = await browser.ask(origin + pathname, {
        method: "POST",
        headers: { ...navigation, "Content-Type": type },
        body: search.slice(1),
      });
      return refusal(answer, before);
    },
    { ...refused, status: 405 },
  ],
  [
    "B8.6",
    "a response as a JWT (JARM)",
    () =>
      callbackWith((url) => {
        const { code, state, ...rest } = Object.fromEntries(url.searchParams);
        const response = rs256(rs, { iss: door.issuer.issuer, aud: "door", code, state, ...rest });
        url.search = `?${new URLSearchParams({ response })}`;
      }),
    refused,
  ],
  [
    "B8.13",
    "the redirect of the callback has no code, and sends no referrer",
    async () => {
      const { status, headers } = await door.signIn(door.browser());
      const isTarget = headers.location === `${new URL(door.site).origin}/`;
      return [status, isTarget, headers["referrer-policy"], headers["cache-control"]];
    },
    [302, true, "no-referrer", "no-store"],
  ],
  [
    "B8.13",
    "a failed callback has no content of other addresses, and sends no referrer",
    async () => {
      const { body, headers } = await door.callback(door.browser(), `${door.site}/callback?code=x`);
      return [
        headers["referrer-policy"],
        /(src|href)="https?:\/\/(?!localhost)/.test(body),
        body.includes("code=x"),
      ];
    },
    ["no-referrer", false, false],
  ],
  [
    "B8.14",
    "a posted response is redirected with 303, so that the form is not sent on",
    async () => {
      const form = await openSignInDoor({}, { type: "apple" });
      const answer = await form.browser().ask(`${form.site}/callback`, {
        method: "POST",
        headers: { ...navigation, "Content-Type": "application/x-www-form-urlencoded" },
        body: "code=c&state=s",
      });
      await form.close();
      return answer.status;
    },
    303,
  ],
  [
    "B8.15",
    "a code without its verifier is refused by the issuer of these tests",
    async () => {
      const [victim, attacker] = [door.browser(), door.browser()];
      const code = door.issuer.codeFor(await door.start(victim));
      const url = door.issuer.consent(await door.start(attacker), { code });
      return (await door.callback(attacker, url)).status;
    },
    400,
  ],
  [
    "B8.16",
    "a code injected past a removed code_challenge fails at its nonce",
    async () => {
      const browser = door.browser();
      const begun = new URL(await door.start(browser));
      begun.searchParams.delete("code_challenge");
      begun.searchParams.set("nonce", "of-the-victim");
      door.issuer.twist = {
        reply: {
          "/token": (response) =>
            json(response, 200, tokens(rs256(rs, { ...proper(), nonce: "of-the-victim" }))),
        },
      };
      const answer = await door.callback(browser, door.issuer.consent(begun.href));
      const [{ body } = { body: "" }] = door.issuer.received
        .filter(({ path }) => path === "/token")
        .slice(-1);
      return [answer.status, new URLSearchParams(body).get("code_verifier")?.length];
    },
    [400, 43],
  ],
];

const now = () => Math.floor(Date.now() / 1000);
const proper = () => ({
  iss: door.issuer.issuer,
  aud: "door",
  sub: "ada",
  iat: now(),
  exp: now() + 300,
});
const tokens = (idToken: string) => ({
  access_token: "opaque",
  token_type: "Bearer",
  expires_in: 300,
  id_token: idToken,
});

/** Signs in that many people with different delays, and returns those whose session is of another person. */
async function interleaved(people: number): Promise<unknown> {
  const one = await openSignInDoor({ access: { anyone: true } });
  const subjects = new Map<string, string>();
  one.issuer.twist = {
    metadata: { userinfo_endpoint: undefined },
    before: (path) =>
      path === "/token"
        ? new Promise((resolve) => setTimeout(resolve, performance.now() % 7))
        : undefined,
    idToken: (claims) =>
      rs256(rs, { ...claims, sub: subjects.get(String(claims.nonce)) ?? "unknown" }),
  };
  const outcomes = await Promise.all(
    Array.from({ length: people }, async (_, index) => {
      const [browser, subject] = [one.browser(), `person-${index}`];
      const headers = { ...navigation, "X-Forwarded-For": `203.0.113.${index}` };
      const start = await browser.ask(`${one.site}/start`, { headers });
      const begun = String(start.headers.location);
      subjects.set(new URL(begun).searchParams.get("nonce") ?? "", subject);
      await browser.ask(one.issuer.consent(begun), { headers });
      const seen = (await one.verify(browser)).headers["x-auth-request-user"];
      return seen === subject ? [] : [[subject, seen]];
    }),
  );
  await one.close();
  return outcomes.flat();
}

/** A code of `second` given to a transaction of `company`: the status, and the requests to both token endpoints. */
async function mixUp(parameters: Record<string, string>, at = "company"): Promise<unknown> {
  const browser = two.browser();
  const begun = await two.start(browser, "?provider=company");
  const code = other.codeFor(begun);
  const url = new URL(two.issuer.consent(begun, { code, ...parameters }));
  url.pathname = url.pathname.replace(/company$/, at);
  const before = two.issuer.asked("/token") + other.asked("/token");
  const { status } = await two.callback(browser, url.href);
  return [status, two.issuer.asked("/token") + other.asked("/token") - before];
}

const present = (make: () => string) => async () => bearer.present(make());
const hmac = (secret: string) => {
  const input = `${part({ alg: "HS256", typ: "at+jwt" })}.${part(bearer.claims())}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
};
const publicPem = () => {
  const jwk = bearer.issuer.keys[0]?.jwk ?? {};
  return String(
    createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" }),
  );
};

const tokensOfOthers: readonly Attack[] = [
  ["B8.7", "a valid access token passes", present(() => bearer.token()), 200],
  ["B8.7", "a token for another audience", present(() => bearer.token({ aud: "other" })), 401],
  [
    "B8.7",
    "a token of another client",
    present(() => bearer.token({ aud: "other", azp: "other" })),
    401,
  ],
  ["B8.7", "an ID token", present(() => bearer.token({ aud: "door" }, { typ: "JWT" })), 401],
  [
    "B8.7",
    "a logout token",
    present(() => bearer.token({ events: {} }, { typ: "logout+jwt" })),
    401,
  ],
  ["B8.7", "an opaque refresh token", present(() => "c2VjcmV0LXJlZnJlc2gtdG9rZW4"), 401],
  [
    "B8.7",
    "a token of another issuer with the same keys",
    present(() => bearer.token({ iss: "https://evil.example" })),
    401,
  ],
  [
    "B8.8",
    "a bearer with alg none",
    present(() => `${part({ alg: "none", typ: "at+jwt" })}.${part(bearer.claims())}.`),
    401,
  ],
  [
    "B8.8",
    "a bearer with alg None",
    present(() => `${part({ alg: "None", typ: "at+jwt" })}.${part(bearer.claims())}.`),
    401,
  ],
  ["B8.8", "a bearer with HS256 by the client secret", present(() => hmac("of the door")), 401],
  ["B8.8", "a bearer with HS256 by the public key", present(() => hmac(publicPem())), 401],
  [
    "B8.8",
    "a bearer whose alg is of another key type",
    present(() => bearer.token({}, { alg: "ES256" })),
    401,
  ],
  [
    "B8.8",
    "a bearer with an unknown crit",
    present(() => bearer.token({}, { crit: ["x"], x: 1 })),
    401,
  ],
  [
    "B8.8",
    "a bearer with b64: false",
    present(() => bearer.token({}, { crit: ["b64"], b64: false })),
    401,
  ],
  [
    "B8.8",
    "a bearer with its own key",
    present(() => bearer.token({}, { jwk: wrongKey.jwk }, wrongKey)),
    401,
  ],
  [
    "B8.8",
    "a bearer with jku and x5u",
    present(() =>
      bearer.token({}, { jku: "http://127.0.0.1:9/", x5u: "http://127.0.0.1:9/" }, wrongKey),
    ),
    401,
  ],
  [
    "B8.8",
    "a bearer with a path as kid",
    present(() => bearer.token({}, { kid: "../../etc/passwd" }, wrongKey)),
    401,
  ],
  [
    "B8.8",
    "a bearer with SQL as kid",
    present(() => bearer.token({}, { kid: "' OR 1=1 --" }, wrongKey)),
    401,
  ],
  [
    "B8.8",
    "a bearer with two signatures",
    present(() => `${bearer.token()}.${bearer.token().split(".")[2]}`),
    401,
  ],
  [
    "B8.8",
    "an encrypted bearer",
    present(() => `${part({ alg: "dir", enc: "A128GCM" })}..a.b.c`),
    401,
  ],
  [
    "B8.8",
    "an ID token with alg none",
    () => signInWith({ idToken: (claims) => unsigned("none", claims) }),
    400,
  ],
  [
    "B8.8",
    "an ID token with HS256 by the client secret",
    () => signInWith({ idToken: (claims) => hs256(claims, client.clientSecret) }),
    400,
  ],
  [
    "B8.8",
    "an ID token with HS256 by the public key",
    () => signInWith({ idToken: (claims) => hs256(claims, issuerKeyPem, "one") }),
    400,
  ],
  [
    "B8.8",
    "an ID token with its own key",
    () =>
      signInWith({
        idToken: (claims) =>
          rs256(
            { ...rs, jwk: jwkOf(strangerKey.publicKey, "one") },
            claims,
            strangerKey.privateKey,
          ),
      }),
    400,
  ],
  [
    "B8.8",
    "an ID token with an unknown crit",
    () => signInWith({ header: { crit: ["x"], x: 1 } }),
    400,
  ],
  [
    "B8.8",
    "an encrypted ID token",
    () => signInWith({ idToken: () => `${part({ alg: "dir", enc: "A128GCM" })}..a.b.c` }),
    400,
  ],
  [
    "B8.9",
    "a hundred unknown kids cause one fetch of the keys",
    async () => {
      await bearer.present(bearer.token());
      bearer.clock.now += minute;
      const before = bearer.issuer.asked.keys;
      const all = Array.from({ length: 100 }, (_, index) =>
        bearer.present(bearer.token({}, { kid: `k-${index}` }, wrongKey)),
      );
      return [new Set(await Promise.all(all)), bearer.issuer.asked.keys - before];
    },
    [new Set([401]), 1],
  ],
  [
    "B8.9",
    "a key without use, alg and kid verifies",
    async () => {
      const { alg: _alg, use: _use, kid: _kid, ...plain } = jwkOf(issuerKey.publicKey, "one");
      const one = await openSignInDoor();
      one.issuer.twist = {
        reply: { "/jwks": (response) => json(response, 200, { keys: [plain] }) },
        header: { kid: undefined },
      };
      const { status } = await one.signIn(one.browser());
      await one.close();
      return status;
    },
    302,
  ],
  [
    "B8.9",
    "a key that the issuer removed verifies no token after ten minutes",
    async () => {
      const earlier = bearer.issuer.keys;
      const old = bearer.token({ exp: Math.floor(bearer.clock.now / 1000) + 86_400 });
      const before = await bearer.present(old);
      bearer.issuer.keys = [wrongKey];
      bearer.clock.now += 11 * minute;
      const after = await bearer.present(
        `${bearer.token({ exp: Math.floor(bearer.clock.now / 1000) + 86_400 }, {}, earlier[0])}`,
      );
      bearer.issuer.keys = earlier;
      bearer.clock.now += minute;
      return [before, after, await bearer.present(bearer.token())];
    },
    [200, 401, 200],
  ],
];

const seconds = () => Math.floor(bearer.clock.now / 1000);

const times: readonly Attack[] = [
  [
    "B8.10",
    "a bearer that expired 29 s ago passes",
    present(() => bearer.token({ exp: seconds() - 29, iat: seconds() - 99 })),
    200,
  ],
  [
    "B8.10",
    "a bearer that expired 31 s ago",
    present(() => bearer.token({ exp: seconds() - 31, iat: seconds() - 99 })),
    401,
  ],
  ["B8.10", "a bearer with nbf in 32 s", present(() => bearer.token({ nbf: seconds() + 32 })), 401],
  ["B8.10", "a bearer with iat in 32 s", present(() => bearer.token({ iat: seconds() + 32 })), 401],
  ["B8.10", "a bearer without exp", present(() => bearer.token({ exp: undefined })), 401],
  [
    "B8.10",
    "a bearer with exp as a string",
    present(() => bearer.token({ exp: String(seconds() + 99) })),
    401,
  ],
  ["B8.10", "a bearer with nbf as a string", present(() => bearer.token({ nbf: "1" })), 401],
  [
    "B8.10",
    "an ID token that expired 25 s ago passes",
    () => signInWith({ claims: { exp: now() - 25 } }),
    302,
  ],
  [
    "B8.10",
    "an ID token that expired 35 s ago",
    () => signInWith({ claims: { exp: now() - 35 } }),
    400,
  ],
  ["B8.10", "an ID token without exp", () => signInWith({ claims: { exp: undefined } }), 400],
  [
    "B8.10",
    "an ID token with exp as a string",
    () => signInWith({ claims: { exp: String(now() + 300) } }),
    400,
  ],
  [
    "B8.10",
    "an ID token with nbf in five minutes",
    () => signInWith({ claims: { nbf: now() + 300 } }),
    400,
  ],
  [
    "B8.10",
    "an ID token of tomorrow",
    () => signInWith({ claims: { iat: now() + 86_400, exp: now() + 90_000 } }),
    400,
  ],
];

const refreshes: readonly Attack[] = [
  [
    "B8.11",
    "a refresh for another subject ends the session",
    () => refreshWith({ claims: { sub: "eve" }, userinfo: { sub: "eve" } }),
    [200, 302],
  ],
  [
    "B8.11",
    "a refresh from another issuer ends the session",
    () => refreshWith({ claims: { iss: "https://evil.example" } }),
    [200, 302],
  ],
  [
    "B8.11",
    "a refresh for another audience ends the session",
    () => refreshWith({ claims: { aud: "other" } }),
    [200, 302],
  ],
  [
    "B8.11",
    "invalid_grant ends the session",
    () => refreshWith(failing(400, "invalid_grant")),
    [200, 302],
  ],
  [
    "B8.11",
    "a refresh without an ID token keeps the session",
    () => refreshWith({ idToken: () => undefined }),
    [200, 200],
  ],
  [
    "B8.11",
    "a refresh without a new refresh token keeps the session",
    () => refreshWith({ refreshes: false }),
    [200, 200],
  ],
  [
    "B8.11",
    "a refresh with a narrower scope keeps the session",
    () => refreshWith({ token: { scope: "openid" } }),
    [200, 200],
  ],
  [
    "B8.11",
    "invalid_client keeps the session",
    () => refreshWith(failing(401, "invalid_client")),
    [200, 200],
  ],
  [
    "B8.11",
    "a 500 keeps the session",
    () => refreshWith({ reply: { "/token": html(500) } }),
    [200, 200],
  ],
  [
    "B8.11",
    "a page of HTML keeps the session",
    () => refreshWith({ reply: { "/token": html(200) } }),
    [200, 200],
  ],
];

const addresses: readonly Attack[] = [
  [
    "B8.12",
    "a token endpoint in the cloud's metadata service",
    metadata({ token_endpoint: "http://169.254.169.254/" }),
    refusedIssuer,
  ],
  [
    "B8.12",
    "a key set over plain HTTP",
    metadata({ jwks_uri: "http://id.example.com/jwks" }),
    refusedIssuer,
  ],
  [
    "B8.12",
    "an authorization endpoint that is a script",
    metadata({ authorization_endpoint: "javascript:alert(1)" }),
    refusedIssuer,
  ],
  ["B8.12", "another issuer", metadata({ issuer: "https://evil.example" }), refusedIssuer],
  [
    "B8.12",
    "a redirect",
    replying((response) => response.writeHead(302, { Location: "http://127.0.0.1:9/" }).end()),
    refusedIssuer,
  ],
  ["B8.12", "50 MB of metadata", replying((response) => endless(response)), refusedIssuer],
  ["B8.12", "a gzip bomb", replying((response) => bomb(response)), refusedIssuer],
];

function endless(response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "application/json" });
  const piece = Buffer.alloc(1024 * 1024, " ");
  for (let count = 0; count < 50; count++) response.write(piece);
  response.end("{}");
}

function bomb(response: ServerResponse): void {
  const text = gzipSync(Buffer.alloc(50 * 1024 * 1024, " "));
  response
    .writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" })
    .end(text);
}

it.each([...flow, ...tokensOfOthers, ...times, ...refreshes, ...addresses])(
  "%s %s",
  async (_row, _claim, attack, outcome) => {
    expect(await attack()).toEqual(outcome);
  },
);
