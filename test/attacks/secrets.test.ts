import { afterAll, beforeAll, expect, it } from "vitest";
import { events } from "../../server/observe/events.ts";
import { html, json, type Twist } from "../peers/hostile-issuer.ts";
import { rs256 } from "../peers/jwt.ts";
import { replaceFile } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { proper, startWatchedProcess, type WatchedProcess } from "./watched-process.ts";

let watched: WatchedProcess;

beforeAll(async () => {
  watched = await startWatchedProcess();
});
afterAll(() => watched.close());

const form = { "Content-Type": "application/x-www-form-urlencoded" };

/** What an issuer can do wrong in a sign-in; some of it repeats the request in the response. */
const failures: Readonly<Record<string, Twist>> = {
  "a refused code that the description repeats": {
    reply: {
      "/token": (response, _, body) =>
        json(response, 400, { error: "invalid_grant", error_description: body }),
    },
  },
  "a refused client whose secret the description repeats": {
    reply: {
      "/token": (response, { headers }) =>
        json(response, 401, { error: "invalid_client", error_description: headers.authorization }),
    },
  },
  "an error that repeats the request": {
    reply: { "/token": (response, _, body) => response.writeHead(500).end(body) },
  },
  "a page instead of tokens": { reply: { "/token": html(200) } },
  "another nonce": { claims: { nonce: "another" } },
  "another audience": { claims: { aud: "another" } },
  "an expired ID token": { claims: { exp: 1 } },
  "no ID token": { idToken: () => undefined },
  "a broken signature": { idToken: (claims) => `${rs256({ alg: "RS256", kid: "one" }, claims)}x` },
  "an unknown key": { header: { kid: "two" } },
  "another subject of userinfo": { userinfo: { sub: "eve" } },
  "an error of userinfo that repeats the token": {
    reply: {
      "/userinfo": (response, { headers }) => response.writeHead(500).end(headers.authorization),
    },
  },
};

it("signs in, refreshes, and signs out at the issuer", async () => {
  const { issuer, verify, ask, doorward } = watched;
  const browser = watched.newBrowser();
  await watched.signIn(browser);
  expect((await verify(browser)).status).toBe(200);
  while (issuer.refreshes() === 0) await verify(browser);

  const out = await ask(browser, `${doorward.site}/sign_out`);
  const location = new URL(String(out.headers.location));
  const state = watched.secret(location.searchParams.get("state") ?? "no state");
  const back = await ask(browser, `${doorward.site}/sign_out?state=${state}`);

  expect(location.origin).toBe(issuer.issuer);
  expect(back.status).toBe(200);
});

it("takes an issuer's response by form_post", async () => {
  const { issuer, ask, doorward } = watched;
  const browser = watched.newBrowser();
  const { searchParams } = new URL(issuer.consent(await watched.start(browser, "apple")));
  const body = searchParams.toString();

  const posted = await ask(browser, `${doorward.site}/callback`, {
    method: "POST",
    headers: form,
    body,
  });
  await ask(browser, String(posted.headers.location));

  expect(posted.status).toBe(303);
});

it.each(Object.entries(failures))("fails a sign-in because of %s", async (_, twist) => {
  const { issuer, verify, ask } = watched;
  const browser = watched.newBrowser();
  const authorization = await watched.start(browser);
  issuer.twist = proper(issuer, twist);

  const answer = await ask(browser, issuer.consent(authorization));

  issuer.twist = proper(issuer);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect((await verify(browser)).status).toBe(302);
});

it("fails a refresh, and sign-ins whose response is used twice, refused or another browser's", async () => {
  const { issuer, ask, doorward } = watched;
  const browser = watched.newBrowser();
  const callback = issuer.consent(await watched.start(browser));
  await ask(browser, callback);
  issuer.twist = proper(issuer, failures["a refused code that the description repeats"]);
  const before = issuer.refreshes();
  while (issuer.refreshes() === before) await watched.verify(browser);
  issuer.twist = proper(issuer);
  const state = watched.secret();

  const answers = [
    await ask(watched.newBrowser(), callback),
    await ask(browser, `${callback}&state=${state}`),
    await ask(browser, `${doorward.site}/callback?code=${watched.secret()}&state=${state}`),
    await ask(browser, `${doorward.site}/callback?error=access_denied&state=${state}`),
    await ask(browser, `${doorward.site}/sign_out?state=${state}`, { method: "POST" }),
    await ask(browser, `${doorward.site}/sign_out`, {
      method: "POST",
      headers: form,
      body: `logout_token=${rs256({ alg: "RS256" }, { sub: watched.secret() })}`,
    }),
  ];

  expect(answers.map(({ status }) => status).filter((status) => status >= 500)).toEqual([]);
});

it("checks tokens and passwords, good and bad", async () => {
  const { issuer, verify, secret, password } = watched;
  const browser = watched.newBrowser();
  const basic = (text: string) =>
    `Basic ${secret(Buffer.from(`robot:${text}`).toString("base64"))}`;
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: issuer.issuer,
    aud: "api",
    sub: "ada",
    client_id: "door",
    iat: now,
    exp: now + 60,
  };
  const token = (changed: object) =>
    `Bearer ${secret(rs256({ alg: "RS256", kid: "one", typ: "at+jwt" }, { ...claims, ...changed }))}`;
  const status = async (uri: string, Authorization: string) =>
    (await verify(browser, uri, { Authorization })).status;

  expect(await status("/files/x", basic(password))).toBe(200);
  expect(await status("/files/x", basic(secret()))).not.toBe(200);
  expect(await status("/api/x", token({}))).toBe(200);
  expect(await status("/api/x", token({ exp: 1 }))).not.toBe(200);
  expect(await status("/api/x", token({ aud: secret() }))).not.toBe(200);
  expect(await status("/api/x", `Bearer ${secret()}`)).not.toBe(200);
  expect(await status("/x", `Bearer ${secret()}`)).not.toBe(200);
});

it("answers malformed requests", async () => {
  const { doorward, secret, keep } = watched;
  const lines = Object.entries(forwarded(doorward.site))
    .map((pair) => `${pair.join(": ")}\r\n`)
    .join("");
  const cookie = () => `Cookie: doorward=${secret()}`;
  const heads = [
    `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${lines}${cookie()}\0\r\n`,
    `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${lines}${cookie()}; ${cookie()}\r\n`,
    `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${lines}${lines}${cookie()}\r\n`,
    `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${lines}Authorization: ${secret()}\r\n`,
    `GET /_auth/verify HTTP/1.1\r\nHost: x\r\n${secret()}\r\n`,
    `GET /_auth/start?rd=https://evil.example/%3Ftoken=${secret()}&provider=company HTTP/1.1\r\nHost: x\r\n`,
    `GET /_auth/callback?code=${secret()}&state=%ZZ${secret()} HTTP/1.1\r\nHost: [\r\n`,
    `POST /_auth/callback HTTP/1.1\r\nHost: x\r\nContent-Length: x${secret()}\r\n`,
    `BREW /_auth/${secret()} HTTP/1.1\r\nHost: x\r\nX-Auth-Request-Redirect: //${secret()}\r\n`,
  ];

  for (const head of heads) {
    const answer = await doorward.raw(`${head}Connection: close\r\n\r\n`);
    keep(answer.replaceAll(/^(set-cookie|location): .*$/gim, ""));
    expect(answer).not.toMatch(/^HTTP\/1\.1 (2|5)/);
  }
});

it("rejects new configurations, and applies one", async () => {
  const { doorward, settings, secret } = watched;
  const wrong = [
    { secret: secret().slice(0, 20) },
    { providers: secret() },
    { providers: { company: { clientSecret: [secret()] } } },
    { storage: { driver: "redis", url: `redis://:${secret()}@127.0.0.1:x` } },
  ];
  for (const [index, change] of wrong.entries()) {
    await replaceFile(doorward.file.path, JSON.stringify({ ...settings, ...change }));
    doorward.signal("SIGHUP");
    await doorward.logged("new configuration rejected; still using the previous one", index + 1);
  }

  await replaceFile(doorward.file.path, JSON.stringify({ ...settings, secret: [secret()] }));
  doorward.signal("SIGHUP");

  expect(await doorward.logged("new configuration applied")).toHaveLength(1);
});

it("denies, revokes and stops a loop", async () => {
  const { doorward, issuer, ask, verify, secret } = watched;
  const browser = watched.newBrowser();
  await watched.signIn(browser);
  const refreshed = () => doorward.stdout().includes("session refreshed");
  while (!refreshed()) await verify(browser);
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: issuer.issuer, aud: "door", sub: "ada", jti: secret() };
  const event = { "http://schemas.openid.net/event/backchannel-logout": {} };
  const times = { iat: now, exp: now + 60 };
  const head = { alg: "RS256", kid: "one", typ: "logout+jwt" };
  const logoutToken = secret(rs256(head, { ...claims, ...times, events: event }));

  const denied = await verify(browser, "/closed/x?token=of-the-app");
  issuer.twist = proper(issuer, { reply: { "/token": html(500) } });
  const renewal = "session renewal failed; the session is kept within its grace time";
  for (let seen = false; !seen; seen = doorward.stdout().includes(renewal)) await verify(browser);
  issuer.twist = proper(issuer);
  const revoked = await ask(watched.newBrowser(), `${doorward.site}/sign_out`, {
    method: "POST",
    headers: form,
    body: `logout_token=${logoutToken}`,
  });
  await verify(browser);
  const looping = watched.newBrowser();
  const starts = [];
  for (let index = 0; index < 3; index++) {
    const rd = encodeURIComponent(`/x?token=of-the-app-${index}`);
    starts.push(await ask(looping, `${doorward.site}/start?provider=company&rd=${rd}`));
  }
  const last = `${doorward.site}/start?provider=company&rd=/same`;
  for (let index = 0; index < 3; index++) starts.push(await ask(looping, last));
  for (const { headers } of starts) {
    const state = new URL(String(headers.location ?? "http://x/")).searchParams;
    for (const name of ["state", "nonce", "code_challenge"]) secret(state.get(name) ?? secret());
  }

  expect([denied.status, revoked.status, starts.at(-1)?.status]).toEqual([403, 200, 403]);
  // A response can arrive before its line does.
  await doorward.logged(events.loop_broken.message);
});

it("has written every audit event", async () => {
  const written = watched.doorward.stdout().matchAll(/"event":"(\w+)"/g);

  // This process has no apps with sessions of their own: b8-hand-over searches the log of one that has.
  const { handed_over: _, ...expected } = events;
  expect(new Set(Array.from(written, ([, name]) => name))).toEqual(new Set(Object.keys(expected)));
  expect(watched.doorward.stdout()).not.toContain("of-the-app");
});

it("shows none of their secrets in its output, its metrics or its responses", async () => {
  expect(await watched.search()).toEqual(["stdout", "stderr", "/metrics", "a response"]);
});
