import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Revocations } from "../../server/session/revocations.ts";
import type { HttpResponse } from "../peers/browser.ts";
import { expectNoSecrets } from "../peers/no-secrets.ts";
import { setCookies } from "../peers/sign-in-door.ts";
import {
  app,
  auth,
  blog,
  openPerHostDoor,
  wiki,
  type PerHostDoor,
} from "../peers/per-host-door.ts";

// `session.perHost`: the sign-in's site hands a session over to the host of an app by a code in a redirect.

let door: PerHostDoor;
const codes: string[] = [];

beforeAll(async () => {
  door = await openPerHostDoor();
});
afterEach(() => {
  door.site.issuer.twist = {};
});
afterAll(async () => {
  await door.close();
  expectNoSecrets(JSON.stringify(door.site.doorward.events), codes);
});

const callbackOf = (origin: string) => new RegExp(`^${origin}/_auth/callback\\?`);
/** A `Set-Cookie` line that gives a browser a session. */
const givesSession = /^__Host-doorward-[0-9a-f]{6}=[\w-]/;
const outcome = (answer: HttpResponse) => ({
  status: answer.status,
  sessions: setCookies(answer).filter((line) => givesSession.test(line)).length,
});
const refused = { status: 400, sessions: 0 };
const opened = { status: 302, sessions: 1 };

/** A visitor on the way to a page, up to the redirect with the code, and that redirect. */
async function onTheWay(origin: string = app, path = "/") {
  const visitor = door.visitor();
  const url = await visitor.until(`${origin}${path}`, callbackOf(origin));
  codes.push(codeIn(url));
  return { visitor, url };
}

function codeIn(url: string): string {
  return new URL(url).searchParams.get("code") ?? "";
}

/** The URL with the code of another one. */
function withCodeOf(url: string, other: string): string {
  const changed = new URL(url);
  changed.searchParams.set("code", codeIn(other));
  return changed.href;
}

describe("B8.17 the code of a hand-over", () => {
  it("opens the session of its host, in a cookie for that host alone", async () => {
    const { visitor, url } = await onTheWay(app, "/reports?year=2026");
    const answer = await visitor.ask(url);
    const line = setCookies(answer).find((one) => givesSession.test(one)) ?? "";

    expect(outcome(answer)).toEqual(opened);
    expect(answer.headers.location).toBe(`${app}/reports?year=2026`);
    expect(line.split("; ").slice(1).toSorted()).toEqual([
      "HttpOnly",
      expect.stringMatching(/^Max-Age=60\d{4}$/),
      "Path=/",
      "SameSite=Lax",
      "Secure",
    ]);
  });

  it("opens nothing a second time, in the same browser with the same cookies", async () => {
    const { visitor, url } = await onTheWay();
    const Cookie = await visitor.jar.getCookieString(app);
    const first = await visitor.ask(url);
    const second = await door.visitor().ask(url, { Cookie });

    expect([outcome(first), outcome(second)]).toEqual([opened, refused]);
  });

  it("opens one session for any number of requests at the same time", async () => {
    const { visitor, url } = await onTheWay();
    const Cookie = await visitor.jar.getCookieString(app);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => door.visitor().ask(url, { Cookie })),
    );

    expect(answers.map((one) => outcome(one).sessions).toSorted()).toEqual([
      0, 0, 0, 0, 0, 0, 0, 1,
    ]);
  });

  it.each([
    [29_999, opened],
    [30_000, refused],
    [10 * 60_000, refused],
  ])("after %d ms: %j", async (ms, expected) => {
    const { visitor, url } = await onTheWay();
    door.clock.now += ms;

    expect(outcome(await visitor.ask(url))).toEqual(expected);
  });

  // A script of the app can read the address of the page that another browser's code ends on.
  it("opens nothing in another browser, nor in its own after that", async () => {
    const { visitor, url } = await onTheWay();

    expect(outcome(await door.visitor().ask(url))).toEqual(refused);
    expect(outcome(await visitor.ask(url))).toEqual(refused);
    expect((await visitor.open(`${app}/`)).status).toBe(200);
  });

  it("cannot be fetched with the challenge of another browser, and used there", async () => {
    const [attacker, { visitor: victim }] = [door.visitor(), await onTheWay()];
    const asked = await attacker.until(`${app}/_auth/start?rd=/`, /code_challenge/);
    const url = await victim.until(asked, callbackOf(app));
    const shown = await victim.ask(url);
    const used = await attacker.ask(url);

    expect([outcome(shown), outcome(used)]).toEqual([refused, refused]);
  });

  it("opens nothing in a browser that waits for a code of its own", async () => {
    const [attacker, victim] = [await onTheWay(), await onTheWay()];

    const injected = await victim.visitor.ask(withCodeOf(victim.url, attacker.url));
    const stolen = await attacker.visitor.ask(withCodeOf(attacker.url, victim.url));

    expect([outcome(injected), outcome(stolen)]).toEqual([refused, refused]);
  });

  it.each([wiki, blog])("opens nothing at another host, %s", async (other) => {
    const { visitor, url } = await onTheWay();
    const elsewhere = await visitor.until(`${other}/`, callbackOf(other));

    expect(outcome(await visitor.ask(withCodeOf(elsewhere, url)))).toEqual(refused);
    expect(outcome(await visitor.ask(url.replace(app, other)))).toEqual(refused);
    expect(outcome(await visitor.ask(url))).toEqual(opened);
  });

  it("opens nothing for another page of the same host and browser", async () => {
    const { visitor, url } = await onTheWay(app, "/one");
    const other = await visitor.until(`${app}/two`, callbackOf(app));

    expect(outcome(await visitor.ask(withCodeOf(other, url)))).toEqual(refused);
  });

  it.each([
    ["a prefetch", { "Sec-Purpose": "prefetch" }],
    ["a prerendering", { "Sec-Purpose": "prefetch;prerender" }],
    ["an image", { "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" }],
    ["a script", { "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" }],
  ])("is not spent by %s", async (_, headers) => {
    const { visitor, url } = await onTheWay();

    expect(outcome(await visitor.ask(url, headers))).toEqual({ status: 403, sessions: 0 });
    expect(outcome(await visitor.ask(url))).toEqual(opened);
  });

  it.each(["code", "state"])("is refused with a second %s", async (name) => {
    const { visitor, url } = await onTheWay();

    expect(outcome(await visitor.ask(`${url}&${name}=x`))).toEqual(refused);
  });

  it("hands nothing over once the visitor has signed out", async () => {
    const { visitor, url } = await onTheWay();
    await visitor.ask(`${auth}/sign_out`, { "Sec-Fetch-Site": "same-origin" });

    expect(outcome(await visitor.ask(url))).toEqual({ status: 401, sessions: 0 });
  });

  it.each([
    ["another host's callback", "https://evil.example/_auth/callback"],
    ["the callback of the sign-in", `${auth}/callback`],
    ["the apps' path at the sign-in's host", `${auth}/_auth/callback`],
    ["a provider's callback at the app", `${app}/_auth/callback/company`],
  ])("is worth nothing at %s", async (_, address) => {
    const { visitor, url } = await onTheWay();
    const answer = await visitor.ask(address + new URL(url).search);

    // With its session, the sign-in's own callback leads to the visitor's own page.
    expect(`${answer.status} ${answer.headers.location}`).toMatch(
      /^(400 undefined|404 undefined|302 https:\/\/auth\.example\.com\/start)$/,
    );
    expect(outcome(answer).sessions).toBe(0);
  });

  it("leaves nothing in the store if a visitor makes it up", async () => {
    const { store } = door.site.doorward.app;
    const kept = async () => {
      const keys: string[] = [];
      for await (const some of store.keys("")) keys.push(...some);
      return keys.length;
    };
    const { visitor, url } = await onTheWay();
    const Cookie = await visitor.jar.getCookieString(app);
    const state = new URL(url).searchParams.get("state") ?? "";
    const before = await kept();
    for (let index = 0; index < 100; index++) {
      const code = String(index).padStart(43, "A");
      const made = `${app}/_auth/callback?${new URLSearchParams({ code, state })}`;
      for (const cookies of [Cookie, ""])
        expect(outcome(await door.visitor().ask(made, { Cookie: cookies }))).toEqual(refused);
    }

    expect(await kept()).toBe(before);
  });

  it("is never a session, and no session is a code", async () => {
    const { visitor, url } = await onTheWay();
    const names = await sessionNames();
    const parent = await valueOf(visitor, auth);
    const statuses = [
      await door.verdict(app, `${names.app}=${codeIn(url)}`),
      await door.verdict(auth, `${names.auth}=${codeIn(url)}`),
    ];
    const answer = await visitor.ask(url.replace(codeIn(url), parent));

    expect(statuses).toEqual([302, 302]);
    expect(outcome(answer)).toEqual(refused);
  });

  it("is issued for hosts of apps only, and for well-formed requests of theirs", async () => {
    const { visitor } = await onTheWay();
    const state = "s".repeat(22);
    const challenge = "c".repeat(43);
    const start = async (rd: string, parameters: Record<string, string>) => {
      const query = new URLSearchParams({ rd, ...parameters });
      return String((await visitor.ask(`${auth}/start?${query}`)).headers.location);
    };
    const asked = { state, code_challenge: challenge };

    expect(await start(`${app}/`, asked)).toMatch(callbackOf(app));
    for (const rd of ["https://evil.example/", `${auth}/x`, "https://app.example.com.evil.example"])
      expect(await start(rd, asked)).not.toMatch(/code=|evil/);
    for (const changed of [{ state: "s" }, { code_challenge: "c" }, { state: `${state}&x` }])
      expect(await start(`${app}/${JSON.stringify(changed)}`, { ...asked, ...changed })).toContain(
        `${app}/_auth/start?rd=`,
      );
  });

  it("of one sign-in's site is worth nothing at a host of another", async () => {
    const twoSites = await openPerHostDoor({
      url: undefined,
      hosts: undefined,
      sites: [
        { url: auth, hosts: ["example.com"] },
        { url: "https://auth.example.org", hosts: ["example.org"] },
      ],
    });
    const visitor = twoSites.visitor();
    const ofApp = await visitor.until(`${app}/`, callbackOf(app));
    const ofBlog = await visitor.until(`${blog}/`, callbackOf(blog));
    const other = await visitor.until(`${blog}/other`, callbackOf(blog));
    const mixed = await visitor.ask(withCodeOf(other, ofApp));
    const query = new URLSearchParams({ rd: `${blog}/`, state: "s".repeat(22) });
    query.set("code_challenge", "c".repeat(43));
    const asked = await visitor.ask(`${auth}/start?${query}`);
    const proper = [await visitor.ask(ofApp), await visitor.ask(ofBlog)];
    await twoSites.close();

    expect(outcome(mixed)).toEqual(refused);
    expect(asked.headers.location).not.toContain("code=");
    expect(proper.map(outcome)).toEqual([opened, opened]);
  });
});

async function valueOf(
  visitor: { jar: { getCookieString(url: string): Promise<string> } },
  origin: string,
) {
  const cookies = await visitor.jar.getCookieString(origin);
  return /__Host-doorward-[0-9a-f]{6}=([\w-]+)/.exec(cookies)?.[1] ?? "";
}

/** The names of the session cookies at an app and at the sign-in. */
async function sessionNames(): Promise<{ app: string; auth: string }> {
  const visitor = door.visitor();
  await visitor.open(`${app}/`);
  const nameAt = async (origin: string) =>
    /__Host-doorward-[0-9a-f]{6}(?==)/.exec(await visitor.jar.getCookieString(origin))?.[0] ?? "";
  return { app: await nameAt(app), auth: await nameAt(auth) };
}

describe("the session of a host", () => {
  it("counts at no other host, and not at the sign-in; the sign-in's session counts at no app", async () => {
    const visitor = door.visitor();
    for (const origin of [app, wiki, blog]) await visitor.open(`${origin}/`);
    const names = await sessionNames();
    const [ofApp, ofAuth] = [await valueOf(visitor, app), await valueOf(visitor, auth)];

    expect(await door.verdict(app, `${names.app}=${ofApp}`)).toBe(200);
    expect(await door.verdict(wiki, `${names.app}=${ofApp}`)).toBe(302);
    expect(await door.verdict(blog, `${names.app}=${ofApp}`)).toBe(302);
    expect(await door.verdict(auth, `${names.auth}=${ofApp}`)).toBe(302);
    expect(await door.verdict(app, `${names.app}=${ofAuth}`)).toBe(302);
    expect(await door.verdict(app, `${names.auth}=${ofAuth}`)).toBe(302);
    expect(await door.verdict(auth, `${names.auth}=${ofAuth}`)).toBe(200);
  });

  it.each([app, auth])("ends at all hosts with a sign-out at %s", async (origin) => {
    const visitor = door.visitor();
    for (const one of [app, wiki, blog]) await visitor.open(`${one}/`);
    const cookies = await Promise.all(
      [app, wiki, blog].map((one) => visitor.jar.getCookieString(one)),
    );
    const base = origin === auth ? auth : `${origin}/_auth`;
    await visitor.ask(`${base}/sign_out`, { "Sec-Fetch-Site": "same-origin" });

    for (const [index, one] of [app, wiki, blog].entries())
      expect(await door.verdict(one, cookies[index] ?? "")).toBe(302);
  });

  it("ends at all hosts when the person is revoked, and when the browser signs in again", async () => {
    const [one, other] = [door.visitor(), door.visitor()];
    for (const visitor of [one, other])
      for (const origin of [app, blog]) await visitor.open(`${origin}/`);
    const before = await other.jar.getCookieString(blog);
    await other.until(`${auth}/start?prompt=login&rd=${blog}/`, /_auth\/start/);
    const replaced = await door.verdict(blog, before);
    await other.open(`${blog}/`);
    const issuer = door.site.issuer.issuer;
    const fresh = await door.verdict(blog, await other.jar.getCookieString(blog));
    const { store } = door.site.doorward.app;
    const revocations = new Revocations({ store, lifetimeMs: 60_000, onFlood: () => undefined });
    await revocations.revoke({ kind: "subject", issuer, subject: "ada" });
    const statuses = [];
    for (const visitor of [one, other])
      for (const origin of [app, blog])
        statuses.push(await door.verdict(origin, await visitor.jar.getCookieString(origin)));

    expect([replaced, fresh]).toEqual([302, 200]);
    expect(statuses).toEqual([302, 302, 302, 302]);
  });
});
