import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, send, type Browser } from "../peers/browser.ts";
import { hasCertificate } from "../peers/tls.ts";
import { ownAddresses } from "./own-addresses.ts";
import { isAuthRequest, valuesOf } from "./gate.ts";
import { sendLines } from "./raw-request.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

const forwarded = {
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "app.example.com",
  "X-Forwarded-Uri": "/",
};
const original = { "X-Original-Method": "GET", "X-Original-URL": "https://app.example.com/" };

describe.each(variants)("doorward's endpoints behind $name", (variant) => {
  /** The response for an unknown host; 0 = the connection ends without one. */
  const toUnknownHost = {
    nginx: [0, ""],
    caddy: [0, ""],
    haproxy: [421, ""],
    envoy: [404, ""],
    apisix: [404, '{"error_msg":"404 Route Not Found"}'],
    traefik: [404, "404 page not found\n"],
  }[variant.proxy];
  let stand: Stand;
  let ada: Browser;

  beforeAll(async () => {
    stand = await setUp(variant);
    ada = await stand.signedIn("ada");
  });
  afterAll(() => stand.close());

  describe.each([
    `${variant.site}/verify`,
    `${variant.site}/verify?allowed_groups=staff`,
    `${variant.site}/verify/`,
    `${variant.site}/verify/x`,
    `${variant.site}/%76erify`,
    ...(variant.proxy === "nginx" ? [`${appUrl}/_doorward/verify`] : []),
    ...(variant.proxy === "nginx" ? [`${new URL(variant.site).origin}/_doorward/verify`] : []),
  ])("%s", (url) => {
    it.each<[string, Record<string, string>]>([
      ["as a script", { Accept: "application/json" }],
      ["as a page", navigation],
      ["with the headers of Traefik", forwarded],
      ["with the headers of Traefik, as a script", { ...forwarded, Accept: "application/json" }],
      ["with the headers of nginx", original],
      ["with the headers of nginx, as a script", { ...original, Accept: "application/json" }],
    ])(
      "answers 404 without asking doorward, even to a signed-in visitor: %s",
      async (_, headers) => {
        const before = stand.gate.asked.length;

        const answer = await ada.ask(url, { headers });

        expect(answer.status).toBe(404);
        expect(answer.body).not.toMatch(/\bada\b/);
        expect(answer.headers["x-auth-request-user"]).toBeUndefined();
        expect(stand.gate.asked.slice(before).filter(isAuthRequest)).toEqual([]);
      },
    );
  });

  // A path that the proxy reads as another endpoint's, and doorward as a question of Envoy.
  it.each([
    "/verify/..%2fstart",
    "/verify/..%2fcallback%2fx",
    "/verify/x/..%2f..%2fstart",
    "/verify/%2e%2e/start",
    "/verify/%2e%2e%2fsign_out",
    "/verify/..%5cstart",
    "/verify//..%2f/..%2fstart",
    "/start/..%2fverify%2fx",
    "/callback/..%2fverify/x",
  ])("%s never answers with what /verify tells the proxy", async (path) => {
    const url = `${variant.site}${path}`;
    for (const headers of [{ Accept: "application/json" }, navigation, forwarded, original]) {
      const answer = await ada.ask(url, { headers });

      expect(answer.headers["x-auth-request-user"]).toBeUndefined();
      expect(answer.headers["x-auth-request-email"]).toBeUndefined();
    }
  });

  it("start returns a script the user of its session, without forged headers", async () => {
    const headers = { ...forwarded, ...original, Accept: "application/json" };

    const answer = await ada.ask(`${variant.site}/start`, { headers });
    const unknown = await stand.newBrowser().ask(`${variant.site}/start`, { headers });

    expect([answer.status, JSON.parse(answer.body).user]).toEqual([200, "ada"]);
    expect([unknown.status, JSON.parse(unknown.body).signIn]).toEqual([
      401,
      `${variant.site}/start`,
    ]);
  });

  it("start needs no session, and the cookie of the sign-in covers the whole host", async () => {
    const answer = await stand.newBrowser().ask(`${variant.site}/start`, { headers: navigation });

    expect(answer.status).toBe(302);
    expect(answer.headers.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\?/);
    expect(answer.headers.location).toContain(encodeURIComponent(`${variant.site}/callback`));
    const base = new URL(variant.site).pathname.replace(/\/$/, "");
    expect(answer.headers["set-cookie"]).toEqual([
      expect.stringContaining("Path=/;"),
      expect.stringContaining(`-starts=`),
    ]);
    expect(answer.headers["set-cookie"]?.[1]).toContain(`Path=${base}/start;`);
  });

  it("start gets host, scheme and address from the proxy, not from the visitor", async () => {
    const spoofed = ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Real-IP"];
    const headers = Object.fromEntries(spoofed.map((name) => [name, "spoofed"]));

    await stand
      .newBrowser()
      .ask(`${variant.site}/start`, { headers: { ...navigation, ...headers } });

    const asked = stand.gate.asked.at(-1) ?? { headers: [] };
    const { host } = new URL(variant.site);
    expect(
      ["host", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-for"].map((name) =>
        valuesOf(asked, name),
      ),
    ).toEqual([[host], [host], ["https"], [expect.toBeOneOf(ownAddresses())]]);
  });

  it("callback needs no session and shows its own error page", async () => {
    const answer = await stand
      .newBrowser()
      .ask(`${variant.site}/callback?state=unknown&code=x`, { headers: navigation });

    expect(answer.status).toBe(400);
    expect(answer.headers["content-type"]).toContain("text/html");
    expect(answer.body).toContain(`${variant.site}/start`);
  });

  it("sign_out ends the session, and also works without one", async () => {
    const browser = await stand.signedIn("bob");

    const first = await browser.open(`${variant.site}/sign_out`);
    const afterwards = await browser.ask(`${appUrl}/x`);
    const second = await browser.open(`${variant.site}/sign_out`);

    expect([first.status, afterwards.status, second.status]).toEqual([200, 401, 200]);
  });

  it("the session cookie reaches the app and only hosts of this site", async () => {
    const [cookie, ...more] = await ada.jar.getCookies(appUrl);

    expect(more).toEqual([]);
    expect(cookie).toMatchObject({ key: variant.cookieName, path: "/", secure: true });
    expect(cookie?.hostOnly).toBe(!("domain" in variant.cookie));
  });

  it.each([
    "/_auth/../secret",
    "/_auth/%2e%2e/secret",
    "/_auth/..%2fsecret",
    "/_auth//../secret",
    "/_auth/start/../../secret",
    "/verify/../secret",
    "/_doorward/verify/../../secret",
    "//secret",
    "/./secret",
    "/%2fsecret",
    "/secret%00",
  ])("the path spelling %s does not bypass the auth request", async (target) => {
    const before = stand.app.heard.length;

    const answer = await stand.newBrowser().ask(`${appUrl}/`, { target });

    expect([400, 401, 403, 404]).toContain(answer.status);
    expect(stand.app.heard).toHaveLength(before);
  });

  it("an unknown host gets no certificate, and no response with a forged Host", async () => {
    const heard = stand.app.heard.length;
    const asked = stand.gate.asked.length;
    const cookie = await ada.jar.getCookieString(appUrl);

    const isServed = await hasCertificate(stand.proxy.https, "other.example");
    const answer = await sendLines(
      stand,
      "GET /secret HTTP/1.1",
      "Host: other.example",
      `Cookie: ${cookie}`,
    );

    expect(isServed).toBe(false);
    expect([answer.status, answer.text.split("\r\n\r\n")[1] ?? ""]).toEqual(toUnknownHost);
    expect(stand.app.heard).toHaveLength(heard);
    expect(stand.gate.asked).toHaveLength(asked);
  });

  it("plain http with a forged Host is not redirected", async () => {
    const sent = send(
      `http://other.example/x`,
      new Map([["other.example:80", stand.proxy.http]]),
      {},
    );

    const answer = await sent.catch(() => ({ status: 0, headers: {}, body: "" }));

    expect([answer.status, answer.body]).toEqual(toUnknownHost);
    expect(JSON.stringify(answer.headers)).not.toContain("example.com");
  });

  it.each(["GET", "POST"])("plain http is redirected to https: %s", async (method) => {
    const before = stand.app.heard.length;

    const answer = await ada.ask("http://app.example.com/x?a=1", { method, headers: navigation });

    // Traefik's status for GET.
    expect(answer.status).toBe(variant.proxy === "traefik" && method === "GET" ? 301 : 308);
    expect(answer.headers.location).toMatch(
      variant.proxy === "apisix"
        ? /^https:\/\/app\.example\.com(:\d+)?\/x\?a=1$/
        : /^https:\/\/app\.example\.com\/x\?a=1$/,
    );
    expect(stand.app.heard).toHaveLength(before);
  });
});
