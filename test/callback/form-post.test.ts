import type { Browser as Chromium, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { Browser, navigation, type Ask } from "../peers/browser.ts";
import { launchChromium, openWindow } from "../peers/chromium.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";

const client = { clientId: "door", clientSecret: "a secret of the door" };

let issuer: Issuer;
let doorward: TestDoorward;
let site: string;
let chromium: Chromium;

beforeAll(async () => {
  const port = await freePort();
  site = `http://localhost:${port}/_auth`;
  issuer = await startIssuer({
    accounts: [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }],
    ...client,
    redirectUris: [`${site}/callback`], // this issuer sends `iss` in its responses
  });
  doorward = await startDoorward(
    configOf({
      url: site,
      providers: {
        // Cross-site to doorward: 127.0.0.1 instead of localhost.
        apple: { type: "apple", issuer: issuer.issuer, ...client },
        company: { type: "oidc", issuer: "http://127.0.0.1:1", ...client },
      },
      access: { anyone: true },
    }),
  );
  chromium = await launchChromium({
    ports: new Map([[new URL(site).host, doorward.port]]),
  });
});

afterAll(async () => {
  await chromium.close();
  await doorward.close();
  await issuer.close();
});

const callback = () => `${site}/callback`;
const type = "application/x-www-form-urlencoded";

function post(body: string | Buffer, ask: Ask & { url?: string } = {}) {
  const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
  return browser.ask(ask.url ?? callback(), {
    method: "POST",
    body,
    ...ask,
    headers: { ...navigation, "Content-Type": type, ...ask.headers },
  });
}

async function signIn(window: BrowserContext) {
  const page = await window.newPage();
  const posted = page.waitForRequest(
    (request) => request.method() === "POST" && request.url() === callback(),
  );
  await page.goto(`${site}/start?provider=apple&rd=${encodeURIComponent(`${site}/verify`)}`);
  await page.getByRole("button", { name: "ada@example.com" }).click();
  const request = await posted;
  const redirected = await request.response();
  await page.waitForURL((url) => !url.href.includes("/callback"));
  return { request, redirected };
}

describe("a response that the browser posts from the issuer's page", () => {
  it("signs in, although the post carries no cookie", async () => {
    const window = await openWindow(chromium);

    const { request, redirected } = await signIn(window);

    const sent = await request.allHeaders();
    const cookies = await window.cookies(site);
    expect(sent["sec-fetch-site"]).toBe("cross-site");
    expect(sent.cookie).toBeUndefined();
    expect(redirected?.status()).toBe(303);
    expect(cookies.map(({ name, sameSite }) => [name, sameSite])).toEqual([
      [cookieNameOf(site), "Lax"],
    ]);
    await window.close();
  });

  it("leaves neither code nor state in the log", async () => {
    const window = await openWindow(chromium);

    const { request } = await signIn(window);

    const form = new URLSearchParams(request.postData() ?? "");
    const log = JSON.stringify(doorward.events);
    expect(form.get("code")).toBeTruthy();
    expect(log).not.toContain(form.get("code"));
    expect(log).not.toContain(form.get("state"));
    await window.close();
  });
});

describe("a post to the callback", () => {
  it("is redirected to the same URL, with only the parameters of a response", async () => {
    const user = '{"name":{"firstName":"Eve"},"email":"eve@evil.example"}';
    const form = {
      code: "c&=#\r\n",
      state: "s",
      iss: "i",
      user,
      id_token: "x",
      rd: "https://evil.example",
    };

    const answer = await post(new URLSearchParams(form).toString());

    const location = new URL(String(answer.headers.location));
    expect(answer.status).toBe(303);
    expect(location.origin + location.pathname).toBe(callback());
    expect([...location.searchParams]).toEqual([
      ["code", form.code],
      ["state", "s"],
      ["iss", "i"],
    ]);
    expect(answer.headers).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "content-length": "0",
    });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("passes an error on", async () => {
    const answer = await post("error=user_cancelled_authorize&error_description=no&state=s");

    expect(String(answer.headers.location)).toBe(
      `${callback()}?state=s&error=user_cancelled_authorize&error_description=no`,
    );
  });

  it("keeps a repeated parameter, so that it is rejected", async () => {
    const answer = await post("code=a&code=b&state=s");

    const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
    expect(
      (await browser.ask(String(answer.headers.location), { headers: navigation })).status,
    ).toBe(400);
  });

  it("is accepted at the provider's own callback", async () => {
    const url = `${callback()}/apple`;

    expect((await post("code=a", { url })).headers.location).toBe(`${url}?code=a`);
  });

  it("ignores its own query", async () => {
    const answer = await post("code=a", { url: `${callback()}?code=b&state=t` });

    expect(String(answer.headers.location)).toBe(`${callback()}?code=a`);
  });

  it.each<[string, string | Buffer, Ask, number]>([
    ["that is JSON", '{"code":"a"}', { headers: { "Content-Type": "application/json" } }, 415],
    [
      "that is multipart",
      "--x",
      { headers: { "Content-Type": "multipart/form-data; boundary=x" } },
      415,
    ],
    [
      "of a type with the same beginning",
      "code=a",
      { headers: { "Content-Type": `${type}x` } },
      415,
    ],
    ["of two types", "code=a", { headers: { "Content-Type": `${type}, text/plain` } }, 415],
    [
      "of another charset",
      "code=a",
      { headers: { "Content-Type": `${type}; charset=utf-7` } },
      415,
    ],
    ["without a type", "code=a", { headers: { "Content-Type": "" } }, 415],
    ["that makes an address of more than 4 KiB", `code=${"a".repeat(4_096)}`, {}, 400],
    ["of more than 16 KiB", `code=${"a".repeat(16 * 1024)}`, {}, 413],
  ])("%s is rejected", async (_, body, ask, status) => {
    const answer = await post(body, ask);

    expect(answer.status).toBe(status);
    expect(answer.headers.location).toBeUndefined();
  });

  it.each([`${type}; charset=UTF-8`, `${type};charset="utf-8"`, type.toUpperCase()])(
    "may be of the type %s",
    async (written) => {
      expect((await post("code=a", { headers: { "Content-Type": written } })).status).toBe(303);
    },
  );

  it("is not allowed for a provider that responds by GET", async () => {
    const answer = await post("code=a", { url: `${site}/callback/company` });

    expect(answer).toMatchObject({ status: 405, headers: { allow: "GET" } });
  });
});
