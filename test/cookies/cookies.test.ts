import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, send, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { client, openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

const origin = "https://app.example.com";
const everyCookie = ["HttpOnly", "SameSite=Lax", "Secure"];

let issuer: HostileIssuer;
const opened: TestDoorward[] = [];

beforeAll(async () => {
  issuer = await startHostileIssuer();
});
afterAll(async () => {
  await Promise.all(opened.map((doorward) => doorward.close()));
  await issuer.close();
});

/** An https site whose proxy terminates TLS: requests arrive as the proxy sends them. */
async function secureSite(settings: Record<string, unknown> = {}) {
  const doorward = await startDoorward(
    configOf({
      url: `${origin}/_auth`,
      providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
      access: { anyone: true },
      ...settings,
    }),
  );
  opened.push(doorward);
  return (path: string, cookies: readonly string[] = []): Promise<HttpResponse> =>
    send(`http://127.0.0.1:${doorward.port}/_auth${path}`, new Map(), {
      headers: { ...navigation, Host: "app.example.com", Cookie: cookies.join("; ") },
    });
}

async function signIn(ask: Awaited<ReturnType<typeof secureSite>>) {
  const start = await ask("/start?rd=/page?x=1");
  const pending = setCookies(start).map(pairOf);
  const { search } = new URL(issuer.consent(String(start.headers.location)));
  return { start, callback: await ask(`/callback${search}`, pending) };
}

describe("every cookie of an https site", () => {
  it("is HttpOnly, SameSite and Secure, from start to sign-out", async () => {
    const ask = await secureSite();

    const { start, callback } = await signIn(ask);
    const session = setCookies(callback).map(pairOf);
    const signOut = await ask("/sign_out", session);
    const failed = await signIn(ask).then(({ start: again }) =>
      ask(`/callback?error=access_denied&state=${stateOf(again)}`, setCookies(again).map(pairOf)),
    );

    const lines = [start, callback, signOut, failed].map((answer) => setCookies(answer));
    expect(lines.map(({ length }) => length)).toEqual([2, 3, 2, 3]);
    for (const line of lines.flat()) {
      const [pair = "", ...attributes] = line.split("; ");
      expect(pair).toMatch(
        /^(__Host-doorward-[0-9a-f]{6}(-[\w-]{22})?|__Secure-doorward-[0-9a-f]{6}-(starts|targets))=[\w-]*$/,
      );
      const [, own = ""] = /-(starts|targets)=/.exec(pair) ?? [];
      const path = { starts: "/_auth/start", targets: "/_auth/" }[own] ?? "/";
      expect(attributes).toEqual(expect.arrayContaining([...everyCookie, `Path=${path}`]));
      expect(line).not.toMatch(/domain/i);
      expect(line).toMatch(/Max-Age=\d+/);
    }
    expect(setCookies(signOut).join()).toMatch(/^__Host-doorward-[0-9a-f]{6}=; .*Max-Age=0/);
    expect(setCookies(failed).join()).toMatch(
      /^__Host-doorward-[0-9a-f]{6}-[\w-]{22}=; .*Max-Age=0/,
    );
  });

  it("has the configured domain, except the cookies of sign-ins in progress", async () => {
    const ask = await secureSite({ cookie: { domain: "example.com" } });

    const { start, callback } = await signIn(ask);

    const [session = "", forgotten = ""] = setCookies(callback);
    expect(session).toMatch(/^__Secure-doorward-[0-9a-f]{6}=[\w-]{43}; /);
    expect(session.split("; ")).toEqual(
      expect.arrayContaining([...everyCookie, "Path=/", "Domain=example.com"]),
    );
    for (const line of [...setCookies(start), forgotten]) {
      expect(line).toMatch(
        /^(__Host-doorward-[0-9a-f]{6}-[\w-]{22}|__Secure-doorward-[0-9a-f]{6}-(starts|targets))=/,
      );
      expect(line).not.toMatch(/domain/i);
    }
  });
});

describe("the redirect after the callback", () => {
  it("is a 302 that is not cached, sends no referrer, and leads to a URL without the code", async () => {
    const ask = await secureSite();

    const { callback } = await signIn(ask);

    expect(callback.status).toBe(302);
    expect(callback.headers.location).toBe(`${origin}/page?x=1`);
    expect(callback.headers["referrer-policy"]).toBe("no-referrer");
    expect(callback.headers["cache-control"]).toBe("no-store");
    expect(callback.headers["content-length"]).toBe("0");
    expect(callback.body).toBe("");
  });

  it("follows a token request with the configured redirect URI, whatever the request headers contain", async () => {
    const ask = await secureSite();
    const doorward = opened.at(-1);
    const start = await ask("/start");
    const { search } = new URL(issuer.consent(String(start.headers.location)));
    const before = issuer.received.length;

    const callback = await send(
      `http://127.0.0.1:${doorward?.port}/_auth/callback${search}`,
      new Map(),
      {
        headers: {
          Host: "evil.example",
          "X-Forwarded-Host": "evil.example",
          "X-Forwarded-Proto": "http",
          Forwarded: "host=evil.example;proto=http",
          Cookie: setCookies(start).map(pairOf).join("; "),
        },
      },
    );

    const token = issuer.received.slice(before).find(({ path }) => path === "/token");
    const form = new URLSearchParams(token?.body);
    expect(form.get("redirect_uri")).toBe(`${origin}/_auth/callback`);
    expect(form.has("client_secret")).toBe(false);
    expect(token?.authorization).toMatch(/^Basic /);
    expect(callback.headers.location).toBe(`${origin}/`);
  });
});

describe("a new sign-in", () => {
  let door: SignInDoor;
  beforeAll(async () => {
    door = await openSignInDoor();
  });
  afterAll(() => door.close());

  it("gets a new token each time and ends the browser's earlier session", async () => {
    const browser = door.browser();
    await door.signIn(browser);
    const first = await browser.jar.getCookieString(door.site);
    const url = door.issuer.consent(await door.start(browser, "?prompt=select_account"));

    await door.callback(browser, url);
    const second = await browser.jar.getCookieString(door.site);

    expect(second).toMatch(/^doorward-[0-9a-f]{6}=[\w-]{43}$/);
    expect(second).not.toBe(first);
    const old = await door.verify(door.browser(), { headers: { Cookie: first } });
    expect([old.status, (await door.verify(browser)).status]).toEqual([302, 200]);
  });

  it("does not adopt a token that was planted before", async () => {
    const browser = door.browser();
    const planted = "A".repeat(43);
    await browser.jar.setCookie(`${cookieNameOf(door.site)}=${planted}; Path=/`, door.site);

    await door.signIn(browser);

    expect(await browser.jar.getCookieString(door.site)).not.toContain(planted);
    const answer = await door.verify(door.browser(), {
      headers: { Cookie: `${cookieNameOf(door.site)}=${planted}` },
    });
    expect(answer.status).toBe(302);
  });

  it("that fails keeps the earlier session", async () => {
    const browser = door.browser();
    await door.signIn(browser);
    door.issuer.twist = { claims: { nonce: "another" } };

    const url = door.issuer.consent(await door.start(browser, "?prompt=select_account"));
    const failed = await door.callback(browser, url);
    door.issuer.twist = {};

    expect(failed.status).toBe(400);
    expect((await door.verify(browser)).status).toBe(200);
  });
});

function pairOf(line: string): string {
  return line.split(";", 1)[0] ?? "";
}

function stateOf(start: HttpResponse): string {
  return new URL(String(start.headers.location)).searchParams.get("state") ?? "";
}
