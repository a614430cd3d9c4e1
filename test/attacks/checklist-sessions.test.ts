import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { navigation, type Browser, type HttpResponse } from "../peers/browser.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";
import type { Twist } from "../peers/hostile-issuer.ts";
import { rs256, type Claims } from "../peers/jwt.ts";
import { withoutReplacedFiles } from "../peers/replaced-files.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import { startSignedInProcess } from "../serve/signed-in-process.ts";
import type { Attack } from "./attack.ts";
import { openSecureSite } from "../peers/secure-site.ts";
import { sessionTokenIn } from "./session-cookie.ts";

const minute = 60_000;
const now = () => Math.floor(door.clock.now / 1000);
let folder: string;
let door: SignInDoor;
/** Signs out at the issuer too. */
let issuerOut: SignInDoor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-test-"));
  const storage = { driver: "fs-lite", base: join(folder, "data") };
  const session = { lifetime: "3h", idle: "1h", refresh: "30m" };
  [door, issuerOut] = await Promise.all([
    openSignInDoor({ access: { anyone: true }, session, storage }),
    openSignInDoor({ access: { anyone: true }, signOut: "issuer" }),
  ]);
});
afterEach(() => {
  for (const { issuer } of [door, issuerOut]) issuer.twist = {};
});
afterAll(async () => {
  await Promise.all([door.close(), issuerOut.close()]);
  await rm(folder, { recursive: true });
});

async function signedIn(twist: Twist = {}, at = door): Promise<Browser> {
  at.issuer.twist = { refreshes: true, ...twist };
  const browser = at.browser();
  await at.signIn(browser);
  return browser;
}

const named = (token: string) => `${cookieNameOf(door.site)}=${token}`;
const tokenOf = async (browser: Browser) => (await sessionTokenIn(browser, door.site)) ?? "none";
const statusOf = async (browser: Browser) => (await door.verify(browser)).status;

const storedText = () => withoutReplacedFiles(readStored);

async function readStored(): Promise<string> {
  const entries = await readdir(join(folder, "data"), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = files.map(async (file) => file + (await readFile(file, "utf8")));
  return (await Promise.all(texts)).join("\n");
}

const event = "http://schemas.openid.net/event/backchannel-logout";
/** The number of the newest session at the issuer: a session that ended there is never opened again. */
let serial = 0;

const signedInWithSid = () => signedIn({ claims: { sid: `s-${++serial}` } });

/** A logout token of the newest session at the issuer; an entry of `undefined` removes the claim. */
function logoutToken(changed: Claims = {}, header: Claims = {}): string {
  const proper = {
    iss: door.issuer.issuer,
    aud: "door",
    iat: now(),
    exp: now() + 120,
    jti: randomUUID(),
    events: { [event]: {} },
    sid: `s-${serial}`,
  };
  return rs256(
    { alg: "RS256", kid: "one", typ: "logout+jwt", ...header },
    { ...proper, ...changed },
  );
}

function post(token: string, type = "application/x-www-form-urlencoded"): Promise<HttpResponse> {
  return door.browser().ask(`${door.site}/sign_out`, {
    method: "POST",
    headers: { "Content-Type": type },
    body: new URLSearchParams({ logout_token: token }).toString(),
  });
}

/** The statuses of a logout token, and of the session that it names after it. */
async function logout(make: () => string, type?: string): Promise<number[]> {
  const browser = await signedInWithSid();
  const answer = await post(make(), type);
  return [answer.status, await statusOf(browser)];
}

const refusedLogout = [400, 200];

/** The statuses of a sign-out by a request with these headers, and of the session after it. */
async function signOut(method: string, headers: Record<string, string>): Promise<number[]> {
  const browser = await signedIn();
  const answer = await browser.ask(`${door.site}/sign_out`, { method, headers });
  return [answer.status, await statusOf(browser)];
}

/** The statuses of a session before and after a refresh with this twist. */
async function refreshed(twist: Twist): Promise<number[]> {
  const browser = await signedIn();
  const before = await statusOf(browser);
  door.issuer.twist = { refreshes: true, ...twist };
  door.clock.now += 31 * minute;
  return [before, await statusOf(browser)];
}

const crossSite = { "Sec-Fetch-Site": "cross-site" };
const sameOrigin = {
  "Sec-Fetch-Site": "same-origin",
  "Sec-Fetch-Mode": "cors",
  "Sec-Fetch-Dest": "empty",
};

const sessions: readonly Attack[] = [
  [
    "C-40",
    "a sign-in replaces the token and ends the earlier session",
    async () => {
      const browser = await signedIn();
      const earlier = await tokenOf(browser);
      await door.callback(
        browser,
        door.issuer.consent(await door.start(browser, "?prompt=login&rd=/other")),
      );
      const answer = await door.verify(door.browser(), { headers: { Cookie: named(earlier) } });
      return [(await tokenOf(browser)) === earlier, answer.status];
    },
    [false, 302],
  ],
  [
    "C-41",
    "a token is 256 random bits, and the store has only its hash",
    async () => {
      const tokens = await Promise.all(
        [signedIn(), signedIn(), signedIn()].map(async (browser) => tokenOf(await browser)),
      );
      const text = await storedText();
      return [
        new Set(tokens).size,
        tokens.every((token) => /^[\w-]{43}$/.test(token)),
        tokens.some((token) => text.includes(token)),
      ];
    },
    [3, true, false],
  ],
  ...(
    [
      [{}, "__Host-", false],
      [{ domain: "example.com" }, "__Secure-", true],
    ] as const
  ).map(([cookie, prefix, hasDomain]): Attack => [
    "C-42",
    `the cookie has the prefix ${prefix} and its attributes`,
    async () => {
      const url = "https://auth.example.com";
      const secure = await openSecureSite({ url, cookie });
      const lines = setCookies((await secure.signIn(url)).callback);
      await secure.close();
      const line = lines.find((one) => one.startsWith(`${cookieNameOf(url, cookie)}=`)) ?? "";
      return [
        line.startsWith(prefix),
        ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"].every((part) =>
          line.includes(`; ${part}`),
        ),
        line.includes("Domain="),
      ];
    },
    [true, true, hasDomain],
  ]),
  [
    "C-44",
    "a pending sign-in's cookie is Lax, of this host only, and removed after use",
    async () => {
      const browser = door.browser();
      const start = await browser.ask(`${door.site}/start`, { headers: navigation });
      const [begun = ""] = setCookies(start);
      const callback = await door.callback(
        browser,
        door.issuer.consent(String(start.headers.location)),
      );
      const name = begun.split("=", 1)[0] ?? "";
      const removed = setCookies(callback).some(
        (line) => line.startsWith(`${name}=;`) && line.includes("Max-Age=0"),
      );
      return [
        begun.includes("SameSite=Lax"),
        begun.includes("HttpOnly"),
        begun.includes("Domain="),
        removed,
      ];
    },
    [true, true, false, true],
  ],
  [
    "C-45",
    "an image of another site",
    async () =>
      (
        await signOut("GET", {
          ...crossSite,
          "Sec-Fetch-Mode": "no-cors",
          "Sec-Fetch-Dest": "image",
        })
      )[1],
    200,
  ],
  [
    "C-45",
    "a link on another site shows a page that asks",
    () => signOut("GET", { ...navigation, ...crossSite }),
    [200, 200],
  ],
  [
    "C-45",
    "a form of another site",
    async () => (await signOut("POST", { ...navigation, ...crossSite }))[1],
    200,
  ],
  [
    "C-45",
    "a script by GET signs no visitor out, also of the same origin",
    async () => (await signOut("GET", sameOrigin))[1],
    200,
  ],
  [
    "C-45",
    "a prefetch signs no visitor out",
    async () => (await signOut("GET", { ...navigation, "Sec-Purpose": "prefetch" }))[1],
    200,
  ],
  [
    "C-45",
    "a script of the same origin signs out by POST",
    async () => (await signOut("POST", sameOrigin))[1],
    302,
  ],
  ["C-45", "the visitor signs out", async () => (await signOut("GET", navigation))[1], 302],
  [
    "C-46",
    "the sign-out at the issuer returns to the configured address, with a checked state",
    async () => {
      const endpoint = "https://id.example.com/end";
      const browser = await signedIn({ metadata: { end_session_endpoint: endpoint } }, issuerOut);
      const answer = await browser.ask(
        `${issuerOut.site}/sign_out?rd=/&post_logout_redirect_uri=https://evil.example`,
        { headers: navigation },
      );
      const location = new URL(String(answer.headers.location));
      const forged = await browser.ask(
        `${issuerOut.site}/sign_out?state=${"A".repeat(22)}&rd=https://evil.example`,
        { headers: navigation },
      );
      const log = JSON.stringify(issuerOut.doorward.events);
      const hint = location.searchParams.get("id_token_hint") ?? "";
      return [
        location.origin + location.pathname,
        location.searchParams
          .getAll("post_logout_redirect_uri")
          .map((uri) => uri === `${issuerOut.site}/sign_out`),
        hint.length > 100 && !log.includes(hint),
        forged.headers.location,
      ];
    },
    ["https://id.example.com/end", [true], true, undefined],
  ],
  [
    "C-47",
    "a correct logout token ends its session",
    () => logout(() => logoutToken()),
    [200, 302],
  ],
  [
    "C-47",
    "a session of another sid goes on",
    async () => {
      const other = await signedInWithSid();
      return [...(await logout(() => logoutToken())), await statusOf(other)];
    },
    [200, 302, 200],
  ],
  ...(
    [
      ["another issuer", { iss: "https://evil.example" }],
      ["another audience", { aud: "other" }],
      ["no iat", { iat: undefined }],
      ["an exp in the past", { exp: 1 }],
      ["no events", { events: undefined }],
      ["another event", { events: { other: {} } }],
      ["a nonce", { nonce: "n" }],
      ["neither sid nor sub", { sid: undefined }],
      ["no jti", { jti: undefined }],
    ] as const
  ).map(([what, changed]): Attack => [
    "C-47",
    `a logout token with ${what}`,
    () => logout(() => logoutToken(changed)),
    refusedLogout,
  ]),
  [
    "C-47",
    "a logout token with a changed signature",
    () => logout(() => logoutToken().replace(/.{6}$/, "AAAAAA")),
    refusedLogout,
  ],
  [
    "C-47",
    "a logout token that is no form",
    () => logout(() => logoutToken(), "application/json"),
    refusedLogout,
  ],
  [
    "C-47",
    "a logout token that was used",
    async () => {
      await signedInWithSid();
      const token = logoutToken({ sid: undefined, sub: "ada" });
      const first = await post(token);
      const browser = await signedInWithSid();
      const second = await post(token);
      return [first.status, second.status, first.headers["cache-control"], await statusOf(browser)];
    },
    [200, 400, "no-store", 200],
  ],
  [
    "C-48",
    "an unused session ends after the idle time, a used one at its lifetime",
    async () => {
      const [idle, used] = [await signedIn(), await signedIn()];
      const statuses = new Set<number>();
      for (let count = 0; count < 11; count++) {
        door.clock.now += 16 * minute;
        statuses.add(await statusOf(used));
      }
      const end = await statusOf(idle);
      door.clock.now += 5 * minute;
      return [statuses, end, await statusOf(used)];
    },
    [new Set([200]), 302, 302],
  ],
  [
    "C-49",
    "a refresh token is sealed in the store, and in no answer",
    async () => {
      const browser = await signedIn();
      const verdict = await door.verify(browser);
      const [text, shown] = [await storedText(), JSON.stringify([verdict, [...browser.given]])];
      const good = door.issuer.goodRefreshTokens();
      return [good.length > 0, good.some((token) => text.includes(token) || shown.includes(token))];
    },
    [true, false],
  ],
  [
    "C-49",
    "single-use refresh tokens are replaced each time",
    async () => {
      const browser = await signedIn();
      const statuses: number[] = [];
      for (let count = 0; count < 3; count++) {
        door.clock.now += 31 * minute;
        statuses.push(await statusOf(browser));
      }
      return statuses;
    },
    [200, 200, 200],
  ],
  [
    "C-49",
    "thirty requests at once use a single-use refresh token once",
    async () => {
      const browser = await signedIn();
      const before = door.issuer.refreshes();
      door.clock.now += 31 * minute;
      const statuses = await Promise.all(Array.from({ length: 30 }, () => statusOf(browser)));
      return [new Set(statuses), door.issuer.refreshes() - before];
    },
    [new Set([200]), 1],
  ],
  [
    "C-50",
    "a refresh for another subject",
    () => refreshed({ claims: { sub: "eve" }, userinfo: { sub: "eve" } }),
    [200, 302],
  ],
  [
    "C-50",
    "a refresh from another issuer",
    () => refreshed({ claims: { iss: "https://evil.example" } }),
    [200, 302],
  ],
  [
    "C-50",
    "a refresh for another audience",
    () => refreshed({ claims: { aud: "other" } }),
    [200, 302],
  ],
  [
    "C-51",
    "a sign-out revokes the refresh token, without waiting for the issuer",
    async () => {
      const held = Promise.withResolvers<void>();
      const one = await openSignInDoor({ access: { anyone: true } });
      one.issuer.twist = {
        refreshes: true,
        metadata: { revocation_endpoint: `${one.issuer.issuer}/revoke` },
        before: (path) => (path === "/revoke" ? held.promise : undefined),
      };
      const browser = one.browser();
      await one.signIn(browser);
      const before = one.issuer.goodRefreshTokens().length;
      const answer = await browser.ask(`${one.site}/sign_out`, { headers: navigation });
      held.resolve();
      await expect.poll(() => one.issuer.goodRefreshTokens()).toEqual([]);
      await one.close();
      return [before, answer.status];
    },
    [1, 200],
  ],
  [
    "C-52",
    "a changed policy counts for the next request of an open session",
    async () => {
      const served = await startSignedInProcess();
      const before = await served.isAlive();
      await served.reload({ access: { subjects: ["eve"] } });
      const after = await served.isAlive();
      await served.close();
      return [before, after];
    },
    [true, false],
  ],
  [
    "C-53",
    "a session of a removed provider or another client is none",
    async () => {
      const browser = await signedIn();
      const Cookie = named(await tokenOf(browser));
      const company = {
        type: "oidc",
        issuer: door.issuer.issuer,
        clientId: "door",
        clientSecret: "x",
      };
      const changed = [
        {},
        { company: { ...company, clientId: "other" } },
        { company: { ...company, issuer: "http://127.0.0.1:9" } },
      ];
      const statuses: number[] = [];
      for (const providers of changed)
        statuses.push((await (await door.reopen({ providers })).verify(Cookie)).status);
      return statuses;
    },
    [200, 302, 302],
  ],
];

it.each(sessions)("%s %s", async (_row, _claim, attack, outcome) => {
  expect(await attack()).toEqual(outcome);
});
