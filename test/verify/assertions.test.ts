import { createHook } from "node:async_hooks";
import { generateKeyPairSync } from "node:crypto";
import { setImmediate as immediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { createAppContext } from "../../server/app/app.ts";
import type { AssertionKeys } from "../../server/assertion/assertion-keys.ts";
import { SigningKey } from "../../server/assertion/signing-key.ts";
import type { SiteEntry } from "../../server/config/site.ts";
import type { HttpResponse } from "../../server/http/response.ts";
import { Session } from "../../server/session/session.ts";
import { openStore } from "../../server/store/open-store.ts";
import { createVerify } from "../../server/verify/verify.ts";
import { navigation } from "../peers/browser.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const minuteMs = 60_000;
const header = "X-Doorward-Assertion";
const settings = {
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { emails: ["ada@example.com"] },
  rules: [
    { host: "app.example.com", path: "/public/**", allow: "public" },
    { host: "*.example.com", path: "/open", preflight: "allow" },
  ],
  assertion: {},
};

type Identity = Parameters<typeof newSession>[1];

function newKey(): SigningKey {
  const key = SigningKey.of(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
  if (key === undefined) throw new Error("not a key for assertions");
  return key;
}

/** `/verify` with a session, whose signatures are counted, at a time that the test sets. */
async function openVerify(changed: object = {}, identity: Identity = {}) {
  const config = configOf({ ...settings, ...changed });
  const { log, events } = capturingLog();
  const clock = { now: Date.UTC(2026, 0, 1) };
  const now = () => clock.now;
  const store = await openStore(config.storage, { now });
  const sessions = openSessions({ store, now });
  const keys = { signer: newKey() as SigningKey | undefined, published: [], close: async () => {} };
  const assertionKeys: AssertionKeys | undefined = config.assertion && keys;
  const context = createAppContext(config, { sessions, assertionKeys, log, now });
  const [{ first: site }] = context.sites as [SiteEntry];
  const newCookie = async () =>
    `${site.sessionCookieName}=${await sessions.start(newSession(site, identity))}`;
  const cookie = await newCookie();
  const verify = createVerify(context);
  const ask = (url = "https://app.example.com/", headers: Record<string, string> = {}) => {
    const { protocol, host, pathname } = new URL(url);
    const forwarded = {
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": protocol.slice(0, -1),
      "X-Forwarded-Host": host,
      "X-Forwarded-Uri": pathname,
    };
    const rawHeaders = Object.entries({ ...navigation, ...forwarded, Cookie: cookie, ...headers });
    return verify({ method: "GET", query: "", rawHeaders: rawHeaders.flat(), peer: "127.0.0.1" });
  };
  return { ask, clock, keys, events, newCookie };
}

function valuesOf({ headers }: HttpResponse, name = header): string[] {
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1] === name);
}

async function assertionOf(response: HttpResponse | Promise<HttpResponse>): Promise<string> {
  const found = await response;
  const [assertion = "", ...more] = valuesOf(found);
  expect([found.status, more]).toEqual([200, []]);
  return assertion;
}

describe("the assertion of an allow", () => {
  it("names the site, the app's origin and the identity, for five minutes", async () => {
    const { ask, keys } = await openVerify({}, { groups: ["staff", "a,b"] });

    const assertion = await assertionOf(ask("https://app.example.com:8443/x?y"));

    expect(decodeProtectedHeader(assertion)).toEqual({
      alg: "ES256",
      typ: "JWT",
      kid: keys.signer?.published.kid,
    });
    const iat = Date.UTC(2026, 0, 1) / 1000;
    expect(decodeJwt(assertion)).toEqual({
      iss: "https://auth.example.com",
      aud: "https://app.example.com:8443",
      sub: "ada",
      email: "ada@example.com",
      provider: "company",
      groups: ["staff", "a,b"],
      iat,
      exp: iat + 300,
    });
  });

  it("is absent unless it is configured, and empty without an identity", async () => {
    const off = await openVerify({ assertion: undefined });
    const { ask } = await openVerify();

    expect(valuesOf(await off.ask())).toEqual([]);
    expect(await assertionOf(ask("https://app.example.com/public/x", { Cookie: "" }))).toBe("");
    const preflight = {
      "X-Forwarded-Method": "OPTIONS",
      Origin: "https://other.example",
      "Access-Control-Request-Method": "PUT",
    };
    expect(await assertionOf(ask("https://app.example.com/open", preflight))).toBe("");
  });

  it("names the identity of a visitor with a session on a public page too", async () => {
    const { ask } = await openVerify();

    const assertion = await assertionOf(ask("https://app.example.com/public/x"));

    expect(decodeJwt(assertion)).toMatchObject({ sub: "ada" });
  });

  it("has the site at which the request is, under a path and at many hosts", async () => {
    const { ask } = await openVerify({
      url: "https://{host}/_auth",
      hosts: ["example.com"],
      cookie: {},
    });
    const mounted = await openVerify({ url: "https://app.example.com/_auth", cookie: {} });

    expect((await ask("https://example.com/")).status).toBe(200);
    expect(decodeJwt(await assertionOf(ask("https://example.com/")))).toMatchObject({
      iss: "https://example.com/_auth",
      aud: "https://example.com",
    });
    expect(decodeJwt(await assertionOf(mounted.ask()))).toMatchObject({
      iss: "https://app.example.com/_auth",
    });
  });

  it("is signed once for a session, host and half of its lifetime", async () => {
    const { ask, clock } = await openVerify();
    const sign = vi.spyOn(SigningKey.prototype, "sign");
    const hosts = ["https://app.example.com/", "https://wiki.example.com/a"];
    const askAll = () => Promise.all(hosts.map((url) => ask(url)));

    const first = await askAll();
    clock.now += 149_000 - 1;
    expect(await askAll()).toEqual(first);
    expect(sign).toHaveBeenCalledTimes(2);

    clock.now += 1;
    const next = await askAll();
    const remaining = next.map((response) => Number(decodeJwt(valuesOf(response)[0] ?? "").exp));
    expect(sign).toHaveBeenCalledTimes(4);
    expect(remaining).toEqual(hosts.map(() => clock.now / 1000 + 300));
    sign.mockRestore();
  });

  it("is never used for another scheme, host or port", async () => {
    const { ask } = await openVerify();
    const urls = ["https://a.example.com", "https://b.example.com", "https://a.example.com:444"];

    const twice = [...urls, "http://a.example.com", ...urls];
    for (const url of twice) expect(decodeJwt(await assertionOf(ask(url))).aud).toBe(url);
  });

  it("is signed again after the clock was set back, and with another key", async () => {
    const { ask, clock, keys } = await openVerify();
    await ask();

    clock.now -= minuteMs;
    expect(decodeJwt(await assertionOf(ask())).iat).toBe(clock.now / 1000);
    keys.signer = newKey();
    const { kid } = decodeProtectedHeader(await assertionOf(ask()));
    expect(kid).toBe(keys.signer.published.kid);
  });

  it("is signed without a promise or a timer, and a hot session takes none either", async () => {
    const { ask, clock } = await openVerify();
    await ask();
    const made: string[] = [];
    const hook = createHook({ init: (_, type) => void made.push(type) });

    hook.enable();
    for (let index = 0; index < 100; index++) ask();
    clock.now += 3 * minuteMs;
    ask();
    hook.disable();

    // What Node calls a signature, of which it does not return before it is done.
    expect(made).toEqual(["SIGNREQUEST"]);
  });
});

describe("without a key", () => {
  it("refuses every request with an identity, as when the store is down", async () => {
    const { ask, keys } = await openVerify();
    keys.signer = undefined;

    expect((await ask()).status).toBe(503);
    expect((await ask("https://app.example.com/public/x")).status).toBe(200);
    expect(await assertionOf(ask("https://app.example.com/public/x"))).toBe("");
    expect((await ask("https://app.example.com/", { Cookie: "" })).status).toBe(302);
  });

  it("is refused at the next request, although the response was prepared", async () => {
    const { ask, keys } = await openVerify();
    expect((await ask()).status).toBe(200);

    keys.signer = undefined;

    expect((await ask()).status).toBe(503);
  });
});

describe("the length of the head", () => {
  const longGroups = Array.from({ length: 200 }, (_, index) => `a-long-name-of-a-group-${index}`);

  it.each([
    ["the usual headers", {}],
    ["no other header", { headers: {} }],
  ])("stays under 4 KiB with %s, because groups are left out", async (_, changed) => {
    const { ask, events } = await openVerify(changed, { groups: longGroups });

    const response = await ask();

    const { groups = [] } = decodeJwt<{ groups: string[] }>(valuesOf(response)[0] ?? "");
    expect(response.head.length).toBeLessThan(3_800);
    expect(response.head.length).toBeGreaterThan(3_300);
    expect(groups.length).toBeGreaterThan(12);
    expect(longGroups.slice(0, groups.length)).toEqual(groups);
    expect(events.map(({ msg, omitted }) => ({ msg, omitted }))).toContainEqual({
      msg: "assertion shortened",
      omitted: `${longGroups.length - groups.length} groups`,
    });
  });

  it("leaves the assertion empty if the subject alone is too long or cannot be a header", async () => {
    for (const subject of ["x".repeat(3_000), "a\nb", " ada", "\ud800"]) {
      const { ask, events } = await openVerify({}, { subject });

      expect(await assertionOf(ask())).toBe("");
      expect(events.some(({ msg }) => String(msg).startsWith("assertion empty"))).toBe(true);
    }
  });

  it("has no email address and no group that cannot be a header", async () => {
    const { ask } = await openVerify(
      { access: { anyone: true } },
      { email: "ada\n@example.com", groups: ["staff", "a\u0000b", "ops"] },
    );

    const claims = decodeJwt(await assertionOf(ask()));

    expect(claims).not.toHaveProperty("email");
    expect(claims.groups).toEqual(["staff", "ops"]);
  });
});

describe("the memory of assertions", () => {
  it("is bounded for a session at hosts that a visitor makes up", async () => {
    const { ask } = await openVerify();
    const sign = vi.spyOn(SigningKey.prototype, "sign");
    for (let index = 0; index < 100; index++) await ask(`https://h${index}.example.com/`);
    sign.mockClear();

    // The last eight are known, in whatever order they come; every other one is signed again.
    for (let index = 92; index < 100; index++) await ask(`https://h${index}.example.com/`);
    expect(sign).not.toHaveBeenCalled();
    await ask("https://h91.example.com/");
    expect(sign).toHaveBeenCalledOnce();
    sign.mockRestore();
  });

  it("is free again within two steps for a session that is not in use", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { ask, clock, newCookie } = await openVerify();
    const Cookie = await newCookie();
    const url = "https://app.example.com/";
    // In a function of its own, so that no variable of this one holds the response.
    const idleResponse = async () => new WeakRef(await ask(url, { Cookie }));
    const response = await idleResponse();
    expect(response.deref()).toBe(await ask(url, { Cookie }));

    for (let step = 0; step < 2; step++) {
      clock.now += 2.5 * minuteMs;
      await ask(url);
    }
    // A WeakRef holds its target until the current job ends.
    await immediate();
    collect();

    expect(response.deref()).toBeUndefined();
  });

  it("is shared by the requests of a caller with a token", async () => {
    const log = pino({ enabled: false });
    const { record } = new Session({
      identity: newSession({ url: new URL("https://auth.example.com/") }).identity,
      accessToken: undefined,
      idToken: undefined,
      createdAt: 0,
      expiresAt: 1,
    });
    const session = new Session(record);
    const config = configOf({
      ...settings,
      access: undefined,
      rules: [{ host: "api.example.com", allow: "signed-in", bearer: true }],
    });
    const keys = { signer: newKey(), published: [], close: async () => {} };
    const store = await openStore(config.storage);
    const context = createAppContext(config, {
      sessions: openSessions({ store }),
      authenticateCredentials: () => ({ session }),
      assertionKeys: keys,
      log,
      now: Date.now,
    });
    const verify = createVerify(context);
    const rawHeaders = Object.entries({
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "api.example.com",
      "X-Forwarded-Uri": "/",
      Authorization: "Bearer x.y.z",
    }).flat();
    const ask = () => verify({ method: "GET", query: "", rawHeaders, peer: "127.0.0.1" });

    const first = await ask();

    expect(decodeJwt(await assertionOf(first))).toMatchObject({ sub: "ada" });
    expect(await ask()).toBe(first);
  });
});
