import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, type HttpResponse, type Browser } from "../peers/browser.ts";
import { openSignInDoor, setCookies, type SignInDoor } from "../peers/sign-in-door.ts";

/** The headers that nginx sends to /oauth2/auth with oauth2-proxy's recipe, including the visitor's. */
function recipe(door: SignInDoor, uri = "/private"): Record<string, string> {
  const { hostname } = new URL(door.site);
  return { ...navigation, Host: hostname, "X-Real-IP": "203.0.113.9", "X-Forwarded-Uri": uri };
}

function auth(
  door: SignInDoor,
  browser: Browser,
  { query = "", headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<HttpResponse> {
  return browser.ask(`${door.site}/auth${query}`, { headers: { ...recipe(door), ...headers } });
}

async function signedIn(door: SignInDoor): Promise<Browser> {
  const browser = door.browser();
  await door.signIn(browser);
  return browser;
}

describe("/oauth2/auth, with compat", () => {
  let door: SignInDoor;
  beforeAll(async () => {
    door = await openSignInDoor({
      compat: "oauth2-proxy",
      access: { groups: ["staff"] },
      rules: [{ path: "/public/**", allow: "public" }, { preflight: "allow" }],
    });
  });
  afterAll(() => door.close());

  it("answers 202 with the identity and sets no cookie for a visitor with access", async () => {
    const answer = await auth(door, await signedIn(door));

    expect(answer.status).toBe(202);
    expect(answer.headers).toMatchObject({
      "content-length": "0",
      "x-auth-request-email": "ada@example.com",
      "x-auth-request-groups": "staff",
    });
    expect(setCookies(answer)).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ["no further header", {}],
    ["a public path in X-Forwarded-Uri", { "X-Forwarded-Uri": "/public/x" }],
    ["a public path in X-Original-URI", { "X-Original-URI": "/public/x" }],
    [
      "all headers of nginx",
      { "X-Original-URL": "http://localhost/public/x", "X-Original-Method": "GET" },
    ],
    [
      "all headers of Traefik",
      {
        "X-Forwarded-Method": "GET",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "localhost",
        "X-Forwarded-Uri": "/public/x",
      },
    ],
    [
      "a preflight",
      {
        Origin: "https://a.example",
        "Access-Control-Request-Method": "GET",
        "X-Forwarded-Method": "OPTIONS",
      },
    ],
    ["Accept: application/json", { Accept: "application/json" }],
  ])("answers 401 without a session, with %s", async (_, headers) => {
    const answer = await auth(door, door.browser(), { headers });

    expect(answer.status).toBe(401);
    expect(answer.headers["x-auth-request-email"]).toBeUndefined();
    expect(answer.headers["content-length"]).toBe("0");
  });

  it.each([
    ["?allowed_groups=staff", 202],
    ["?allowed_groups=admins", 403],
    ["?allowed_groups=", 403],
    ["?allowed_groups=staff&allowed_emails=bob@example.com", 403],
    ["?allowed_email_domains=example.com", 202],
  ])("narrows access by its query %s: %i", async (query, status) => {
    const answer = await auth(door, await signedIn(door), { query });

    expect(answer.status).toBe(status);
  });

  it.each(["oauth2-proxy:4180", "oauth2_proxy:4180", "oauth2_proxy", "10.0.0.7:4180"])(
    "answers a proxy that sends the name of its container as Host: %s",
    async (Host) => {
      const browser = await signedIn(door);

      expect((await auth(door, browser, { headers: { Host } })).status).toBe(202);
      expect((await auth(door, door.browser(), { headers: { Host } })).status).toBe(401);
    },
  );

  it.each(["a_b.example.com", "a/b", "a@b", "a_b@c"])(
    "rejects a Host that is no host name: %j",
    async (Host) => {
      const browser = await signedIn(door);

      expect((await auth(door, browser, { headers: { Host } })).status).toBe(403);
    },
  );

  it("rejects a repeated Host header", async () => {
    const browser = await signedIn(door);

    const answer = await browser.ask(`${door.site}/auth`, {
      headers: { Host: ["localhost", "localhost"] },
    });

    expect(answer.status).toBe(403);
  });
});

describe("/oauth2/auth, with rules that depend on the URL", () => {
  it.each<[Record<string, unknown>, number]>([
    [{ host: "localhost", path: "/admin/**", allow: { groups: ["admins"] } }, 403],
    [{ host: "elsewhere.example.com", allow: { groups: ["admins"] } }, 403],
    [{ path: "/old", deny: true }, 403],
    [{ methods: ["DELETE"], deny: true }, 403],
    [{ path: "/pay", maxAge: "1s" }, 401],
    [{ path: "/admin/**", allow: { groups: ["staff"] } }, 202],
    [{ provider: "other", deny: true }, 202],
    [{ ip: "203.0.113.0/24", allow: "public" }, 202],
  ])("allows only what every rule allows: %j gives %i", async (rule, status) => {
    const other = { type: "google", clientId: "another" };
    const door = await openSignInDoor({
      compat: "oauth2-proxy",
      access: { groups: ["staff"] },
      rules: [rule],
      providers: { other },
    });
    const browser = door.browser();
    await door.callback(
      browser,
      door.issuer.consent(await door.start(browser, "?provider=company")),
    );
    door.clock.now += 60_000;

    const answer = await auth(door, browser);
    await door.close();

    expect(answer.status).toBe(status);
  });

  it("denies an identity that a rule allows and access does not", async () => {
    const door = await openSignInDoor({
      compat: "oauth2-proxy",
      access: { groups: ["admins"] },
      rules: [{ path: "/a", allow: "signed-in" }],
    });

    const answer = await auth(door, await signedIn(door));
    await door.close();

    expect(answer.status).toBe(403);
  });
});

const rds: [string, Record<string, string>, string][] = [
  ["?rd=/a%3Fb%3D1", {}, "/a?b=1"],
  ["", { "X-Auth-Request-Redirect": "/a?b=1" }, "/a?b=1"],
  ["?rd=/x", { "X-Auth-Request-Redirect": "/y" }, "/x"],
];

describe("/oauth2/sign_in, with skipProviderButton", () => {
  let door: SignInDoor;
  beforeAll(async () => {
    door = await openSignInDoor({ compat: "oauth2-proxy", skipProviderButton: true });
  });
  afterAll(() => door.close());

  it.each(rds)("redirects to /start with query %j and headers %j", async (query, headers, rd) => {
    const answer = await openSignIn(door, query, headers);

    const start = startOf(door, { rd });
    expect(answer).toMatchObject({ status: 302, headers: { location: start } });
    expect(answer.body).toContain(`href="${start}"`); // nginx may have changed the status to 403
  });
});

describe("/oauth2/sign_in, with compat and several providers", () => {
  it("is a page with a button for each", async () => {
    const door = await openSignInDoor({
      compat: "oauth2-proxy",
      providers: { github: { clientId: "a", clientSecret: "b" } },
    });

    const answer = await openSignIn(door, "?rd=/x");
    await door.close();

    expect(answer).toMatchObject({ status: 200 });
    expect(linksOf(answer)).toEqual([
      [startOf(door, { rd: "/x", provider: "company" }), "Sign in with Company"],
      [startOf(door, { rd: "/x", provider: "github" }), "Sign in with GitHub"],
    ]);
  });
});

function openSignIn(door: SignInDoor, query: string, headers: Record<string, string> = {}) {
  const all = { ...navigation, ...headers };
  return door.browser().ask(`${door.site}/sign_in${query}`, { headers: all });
}

function startOf(door: SignInDoor, query: Record<string, string>): string {
  return `${door.site}/start?${new URLSearchParams(query)}`;
}

/** The address and the text of every link of a page. */
function linksOf({ body }: HttpResponse): string[][] {
  return Array.from(
    body.matchAll(/<a [^>]*href="([^"]*)">(?:<img [^>]*>)?([^<]*)</g),
    ([, href = "", text = ""]) => [href.replaceAll("&amp;", "&"), text],
  );
}

describe("/oauth2/sign_in, with compat", () => {
  let door: SignInDoor;
  beforeAll(async () => {
    door = await openSignInDoor({ compat: "oauth2-proxy" });
  });
  afterAll(() => door.close());

  const open = (query: string, headers: Record<string, string> = {}) =>
    openSignIn(door, query, headers);

  it.each(rds)(
    "is a page with the provider's button with query %j and headers %j",
    async (query, headers, rd) => {
      const answer = await open(query, headers);

      expect(answer.status).toBe(200);
      expect(answer.headers.location).toBeUndefined();
      expect(linksOf(answer)).toEqual([[startOf(door, { rd }), "Sign in with Company"]]);
    },
  );

  it("has no return target that is too long for the next request", async () => {
    const answer = await open(`?rd=/${"a".repeat(3_000)}`);

    expect(linksOf(answer)).toEqual([[`${door.site}/start`, "Sign in with Company"]]);
  });

  it("answers 401 to a script, which could not follow a redirect to the issuer", async () => {
    const answer = await open("", { "Sec-Fetch-Mode": "cors" });

    expect(answer).toMatchObject({ status: 401, body: "" });
  });

  it.each([
    "sign_in",
    "auth",
    "start",
    "sign_out",
    "userinfo",
    "callback",
    "/sign_in/",
    "s%69gn_in",
  ])("never uses /%s as the return target, and does not report it as a mistake", async (name) => {
    const browser = await signedIn(door);
    const logged = door.doorward.events.length;

    const answer = await browser.ask(startOf(door, { rd: `${door.site}/${name}` }), {
      headers: navigation,
    });

    expect(answer.headers.location).toBe(`${new URL(door.site).origin}/`);
    expect(door.doorward.events.slice(logged)).toEqual([]);
  });

  it("reads the return target of /start from the header, within the allowlist", async () => {
    const browser = await signedIn(door);
    const start = (target: string) =>
      browser.ask(`${door.site}/start`, {
        headers: { ...navigation, "X-Auth-Request-Redirect": target },
      });

    const [own, foreign] = [await start("/a?b=1"), await start("https://evil.example/")];

    const { origin } = new URL(door.site);
    expect([own.headers.location, foreign.headers.location]).toEqual([
      `${origin}/a?b=1`,
      `${origin}/`,
    ]);
  });

  it("rejects POST", async () => {
    const answer = await door.browser().ask(`${door.site}/sign_in`, { method: "POST" });

    expect(answer.status).toBe(405);
  });
});

describe("without compat", () => {
  it.each(["auth", "sign_in", "userinfo"])("answers 404 at /oauth2/%s", async (name) => {
    const door = await openSignInDoor();
    const browser = await signedIn(door);

    const answer = await browser.ask(`${door.site}/${name}`, { headers: recipe(door) });
    await door.close();

    expect(answer.status).toBe(404);
  });
});

it("returns no identity from /oauth2/auth to a peer that is not a trusted proxy", async () => {
  const door = await openSignInDoor({ compat: "oauth2-proxy", trustedProxies: ["192.0.2.1"] });

  const answer = await auth(door, await signedIn(door));
  await door.close();

  expect(answer.status).toBe(403);
  expect(answer.headers["x-auth-request-email"]).toBeUndefined();
});

describe("passwords at /oauth2/auth", () => {
  it("are limited by the proxy's address: a visitor can write a new X-Forwarded-For each time", async () => {
    const folder = mkdtempSync(join(tmpdir(), "doorward-compat-"));
    const users = join(folder, "users");
    writeFileSync(users, `robot:${hashSync("open sesame", 10)}\n`);
    const rules = [{ basic: true, provider: "users", allow: "signed-in" }];
    const door = await openSignInDoor({ compat: "oauth2-proxy", users, rules });

    for (let tries = 0; tries < 11; tries++) {
      const Authorization = `Basic ${Buffer.from(`robot:guess ${tries}`).toString("base64")}`;
      const headers = { Authorization, "X-Forwarded-For": `198.51.100.${tries}` };
      await auth(door, door.browser(), { headers });
    }

    expect(door.doorward.events.at(-1)).toMatchObject({
      event: "credentials_refused",
      reason: "too_many_tries",
    });
    await door.close();
    rmSync(folder, { recursive: true });
  });
});
