import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOAuth2ProxyProbes } from "../../server/app/oauth2-proxy-probes.ts";
import { navigation, send, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { forwarded, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";

const script = { Accept: "application/json", "Sec-Fetch-Mode": "cors" };

describe("the root of doorward, with compat", () => {
  let door: SignInDoor;
  let cookie: string;
  let origin: string;

  beforeAll(async () => {
    door = await openSignInDoor({
      compat: "oauth2-proxy",
      access: { groups: ["staff"] },
      rules: [
        { path: "/public/**", allow: "public" },
        { path: "/admin/**", allow: { groups: ["admins"] } },
        { path: "/old", deny: true },
      ],
    });
    const browser = door.browser();
    await door.signIn(browser);
    cookie = await browser.jar.getCookieString(door.site);
    ({ origin } = new URL(door.site));
  });
  afterAll(() => door.close());

  const ask = (target: string, headers: Record<string, string | string[]>) =>
    send(`http://127.0.0.1:${door.doorward.port}/`, new Map(), { target, headers });

  /** Everything of a response but the time and the id in a page. */
  function comparable({ status, headers, body }: HttpResponse): unknown {
    const { date: _, "x-request-id": _id, ...others } = headers;
    const withoutId = body.replace(/(?<=code: |"requestId":")[\w-]+/g, "");
    return { status, others, body: withoutId };
  }

  const at = (uri: string, more: Record<string, string | string[]> = {}) => ({
    ...forwarded(door.site),
    "X-Forwarded-Uri": uri,
    ...more,
  });

  it.each<[string, number, number, () => Record<string, string | string[]>]>([
    ["a page", 302, 200, () => at("/page?a=1")],
    ["a POST", 303, 200, () => at("/page", { "X-Forwarded-Method": "POST" })],
    ["a script's request", 401, 200, () => at("/api", script)],
    ["a public page", 200, 200, () => at("/public/x")],
    ["a page for others", 302, 403, () => at("/admin/x")],
    ["a denied page", 403, 403, () => at("/old")],
    ["a host without a site", 403, 403, () => at("/", { "X-Forwarded-Host": "evil.example" })],
    ["no method", 400, 400, () => at("/", { "X-Forwarded-Method": "" })],
    ["two URIs", 400, 400, () => at("/", { "X-Forwarded-Uri": ["/public/x", "/admin/x"] })],
    ["two hosts", 400, 400, () => at("/", { Host: ["localhost", "localhost"] })],
    [
      "families that disagree",
      400,
      400,
      () => at("/admin/x", { "X-Original-URL": `${origin}/public/x` }),
    ],
    [
      "nginx's headers",
      401,
      200,
      () => ({ ...navigation, "X-Original-URL": `${origin}/x`, "X-Original-Method": "GET" }),
    ],
  ])(
    "answers a proxy's request for %s as /verify does: %i and %i",
    async (...[, anon, ada, of]) => {
      const own = { ...of(), Cookie: cookie };
      const [unknown, known, verifyUnknown, verifyKnown] = [
        await ask("/", of()),
        await ask("/", own),
        await ask("/_auth/verify", of()),
        await ask("/_auth/verify", own),
      ];

      expect([unknown.status, known.status]).toEqual([anon, ada]);
      expect(comparable(unknown)).toEqual(comparable(verifyUnknown));
      expect(comparable(known)).toEqual(comparable(verifyKnown));
    },
  );

  it("restricts access by its query, as /verify does", async () => {
    const answers = await Promise.all(
      ["/?allowed_groups=staff", "/?allowed_groups=admins", "/?allowed_groups="].map((target) =>
        ask(target, { ...at("/page"), Cookie: cookie }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403]);
  });

  it.each<[string, Record<string, string>]>([
    ["no header of a proxy", {}],
    [
      "the headers of any reverse proxy",
      { "X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "http" },
    ],
  ])("is 404 to a visitor who opens it: %s", async (_, headers) => {
    const answer = await ask("/", { ...navigation, ...headers, Cookie: cookie });

    expect(answer.status).toBe(404);
    expect(answer.headers["x-auth-request-email"]).toBeUndefined();
  });

  it.each(["/page", "//", "/.", "/%2f", "/;", "/ping/", "/_auth", "/_auth/", "/public/x"])(
    "is only the path / itself: %s is 404",
    async (target) => {
      const answer = await ask(target, { ...at("/public/x"), Cookie: cookie });

      expect(answer.status).toBe(404);
    },
  );
});

it("refuses a peer that is not a trusted proxy at the root, public pages included", async () => {
  const door = await openSignInDoor({
    compat: "oauth2-proxy",
    trustedProxies: ["192.0.2.1"],
    rules: [{ path: "/**", allow: "public" }],
  });

  const answer = await door
    .browser()
    .ask(`${new URL(door.site).origin}/`, { headers: forwarded(door.site) });
  await door.close();

  expect(answer.status).toBe(403);
  expect(answer.body).toContain("not set up correctly");
});

describe.each([
  ["https://auth.example.com/oauth2", "/oauth2/userinfo"],
  ["https://auth.example.com", "/userinfo"],
])("oauth2-proxy's probes at %s", (url, userinfo) => {
  let doorward: TestDoorward;
  beforeAll(async () => {
    doorward = await startDoorward(
      configOf({
        url,
        compat: "oauth2-proxy",
        providers: { google: { clientId: "a", clientSecret: "b" } },
        access: { anyone: true },
        trustedProxies: ["192.0.2.1"],
      }),
    );
  });
  afterAll(() => doorward.close());

  // The host is as kubelet sends it.
  const ask = (
    target: string,
    method = "GET",
    headers: Record<string, string> = { Host: "10.0.0.7:4180" },
  ) => send(`http://127.0.0.1:${doorward.port}/`, new Map(), { target, method, headers });

  it.each([
    ["/ping", "OK"],
    ["/ping?a=1", "OK"],
    ["/ready", "OK"],
    ["/robots.txt", "User-agent: *\nDisallow: /\n"],
  ])("%s is 200 for any peer and host", async (target, body) => {
    const [got, head] = [await ask(target), await ask(target, "HEAD")];

    expect([got.status, got.body, head.status, head.body]).toEqual([200, body, 200, ""]);
    expect(got.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(got.headers["cache-control"]).toBe("no-store");
  });

  it.each(["/ping", "/ready", "/robots.txt"])(
    "%s is 404 to a check of Envoy without a path_prefix, which would let the visitor's request for it pass",
    async (target) => {
      const answer = await ask(target, "GET", {
        Host: "app.example.com",
        "X-Forwarded-For": "192.0.2.2",
        "X-Envoy-Internal": "true",
      });

      expect(answer.status).toBe(404);
    },
  );

  it.each([
    "/ping/",
    "/Ping",
    "/%70ing",
    "//ping",
    "/oauth2/ping",
    "/healthz",
    "/readyz",
    "/metrics",
  ])("%s is 404", async (target) => {
    expect((await ask(target)).status).toBe(404);
  });

  it("the user information is under the path of the site", async () => {
    const answer = await send(`http://127.0.0.1:${doorward.port}${userinfo}`, new Map(), {
      headers: { Host: "auth.example.com" },
    });

    expect(answer.status).toBe(401);
  });
});

describe("/ready", () => {
  it("is 500 while the store does not answer, and logs the reason", async () => {
    const lines: unknown[] = [];
    const fail = () => Promise.reject(new Error("connect ECONNREFUSED"));
    const error = (fields: unknown, message: string) => void lines.push({ fields, message });
    const { ready, ping } = createOAuth2ProxyProbes({ get: fail }, { error });

    const [down, alive] = [await ready(), await ping()];

    expect([down.status, alive.status]).toEqual([500, 200]);
    expect(down.body).not.toContain("ECONNREFUSED");
    expect(lines).toEqual([
      {
        fields: { reason: "connect ECONNREFUSED" },
        message: "not ready: the session store cannot be reached",
      },
    ]);
  });

  it("reads the store once for requests at the same time, and again afterwards", async () => {
    let reads = 0;
    const get = () => Promise.resolve(void reads++);
    const { ready } = createOAuth2ProxyProbes({ get }, { error: () => undefined });

    await Promise.all([ready(), ready(), ready()]);
    await ready();

    expect(reads).toBe(2);
  });
});

describe("without compat", () => {
  it.each(["/", "/ping", "/ready", "/robots.txt", "/_auth/userinfo"])("%s is 404", async (path) => {
    const door = await openSignInDoor({ rules: [{ path: "/**", allow: "public" }] });

    const answer = await door
      .browser()
      .ask(new URL(path, door.site).href, { headers: forwarded(door.site) });
    await door.close();

    expect(answer.status).toBe(404);
  });
});
