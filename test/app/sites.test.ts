import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";

const accounts = [
  { id: "ada", claims: { name: "Ada", email: "ada@example.com", email_verified: true } },
  { id: "eve", claims: { name: "Eve", email: "eve@partner.example", email_verified: true } },
];
const client = { clientId: "door", clientSecret: "a secret of the door" };
const portal = "https://auth.example.com";
const other = "https://auth.example.net";
const mounted = "https://code.example.org/oauth2";

let issuer: Issuer;
let doorward: TestDoorward;

beforeAll(async () => {
  const redirectUris = [portal, other, mounted].map((url) => `${url}/callback`);
  issuer = await startIssuer({ accounts, ...client, redirectUris });
  const company = { type: "oidc", issuer: issuer.issuer, ...client };
  doorward = await startDoorward(
    configOf({
      sites: [
        { url: portal, cookie: { domain: "example.com" } },
        {
          url: other,
          cookie: { domain: "example.net" },
          access: { emails: ["eve@partner.example"] },
        },
        { url: mounted, providers: ["company"] },
      ],
      providers: { company, partner: { ...company, label: "Partner" } },
      access: { domains: ["example.com"] },
      rules: [
        { host: "app.example.com", path: "/public/**", allow: "public" },
        { host: "api.example.com", preflight: "allow" },
      ],
    }),
  );
});

afterAll(async () => {
  await doorward.close();
  await issuer.close();
});

function newBrowser(): Browser {
  const hosts = ["auth.example.com", "auth.example.net", "code.example.org"];
  // The proxy terminates TLS, so an https request arrives as plain http with the same host.
  return new ProxiedBrowser(new Map(hosts.map((host) => [`${host}:80`, doorward.port])));
}

/** Sends requests like a proxy that terminated TLS, while the cookie jar uses https. */
class ProxiedBrowser extends Browser {
  override async ask(...[url, ask = {}]: Parameters<Browser["ask"]>): ReturnType<Browser["ask"]> {
    if (!url.startsWith("https:")) return super.ask(url, ask);
    const cookie = await this.jar.getCookieString(url);
    const answer = await super.ask(url.replace("https:", "http:"), {
      ...ask,
      headers: { Cookie: cookie, ...ask.headers },
    });
    for (const line of [answer.headers["set-cookie"] ?? []].flat()) {
      await this.jar.setCookie(line, url, { ignoreError: true });
    }
    return { ...answer, url };
  }
}

function verify(host: string, extra: Record<string, string> = {}) {
  return new Browser(new Map([["doorward:80", doorward.port]])).ask("http://doorward/verify", {
    headers: {
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": host,
      "X-Forwarded-Uri": "/x",
      ...extra,
    },
  });
}

async function signedIn(site: string, account: string): Promise<string> {
  const browser = newBrowser();
  let page = await browser.open(`${site}/start`);
  if (page.body.includes("Continue with"))
    page = await browser.open(`${site}/start?provider=company`);
  await browser.choose(page, account);
  return browser.jar.getCookieString(site);
}

const sessionCookie = /doorward-[0-9a-f]{6}=/;

describe("several sites in one instance", () => {
  it.each([
    ["app.example.com", `${portal}/start?rd=https%3A%2F%2Fapp.example.com%2Fx`],
    ["wiki.example.net", `${other}/start?rd=https%3A%2F%2Fwiki.example.net%2Fx`],
    ["code.example.org", `${mounted}/start?rd=https%3A%2F%2Fcode.example.org%2Fx`],
  ])(
    "redirect a visitor of %s to the site whose cookie covers the host",
    async (host, location) => {
      const answer = await verify(host, navigation);

      expect(answer).toMatchObject({ status: 302, headers: { location } });
    },
  );

  it.each([
    "app.example.org",
    "sub.code.example.org",
    "example.info",
    "auth.example.com.evil.example",
  ])("deny a host that no site covers, and name it: %s", async (host) => {
    const answer = await verify(host, navigation);

    expect(answer.status).toBe(403);
    expect(answer.body).toContain(host);
    expect(doorward.events.at(-1)).toMatchObject({ host });
  });

  it("accept only the session cookie of their own site", async () => {
    const cookie = await signedIn(portal, "ada");
    const elsewhere = cookie.replace("__Secure-", "__Host-");

    expect((await verify("app.example.com", { Cookie: cookie })).status).toBe(200);
    expect((await verify("wiki.example.net", { Cookie: cookie })).status).toBe(401);
    expect((await verify("code.example.org", { Cookie: cookie })).status).toBe(401);
    expect((await verify("code.example.org", { Cookie: elsewhere })).status).toBe(401);
  });

  it("apply their own access", async () => {
    const eve = await signedIn(other, "eve");
    const ada = await signedIn(other, "ada");

    expect((await verify("wiki.example.net", { Cookie: eve })).status).toBe(200);
    expect(ada).not.toMatch(sessionCookie);
    expect(await signedIn(portal, "eve")).not.toMatch(sessionCookie);
  });

  it("offer their own providers", async () => {
    const all = await newBrowser().ask(`${portal}/start`, { headers: navigation });
    const one = await newBrowser().ask(`${mounted}/start`, { headers: navigation });

    expect(all.body).toContain("Continue with Partner");
    expect(one.status).toBe(302);
    expect(String(one.headers.location)).toContain(encodeURIComponent(`${mounted}/callback`));
  });

  it("that share a path are selected by the Host header", async () => {
    const ask = (host: string) =>
      new Browser(new Map([[`${host}:80`, doorward.port]])).ask(
        `http://${host}/start?provider=company`,
      );

    const [first, second, unknown] = await Promise.all(
      ["auth.example.com", "auth.example.net", "auth.example.info"].map(ask),
    );

    expect(String(first?.headers.location)).toContain(encodeURIComponent(`${portal}/callback`));
    expect(String(second?.headers.location)).toContain(encodeURIComponent(`${other}/callback`));
    expect(unknown?.status).toBe(404);
  });
});

describe("rules at /verify", () => {
  const uri = (path: string) => ({ "X-Forwarded-Uri": path });

  it("allow public pages and set every identity header, empty without a session", async () => {
    const cookie = await signedIn(portal, "ada");

    const anonymous = await verify("app.example.com", uri("/public/x"));
    const known = await verify("app.example.com", { ...uri("/public/x"), Cookie: cookie });

    expect(anonymous).toMatchObject({
      status: 200,
      headers: { "x-auth-request-email": "", "x-auth-request-user": "" },
    });
    expect(known).toMatchObject({
      status: 200,
      headers: { "x-auth-request-email": "ada@example.com" },
    });
  });

  it("send the app no identity with a preflight", async () => {
    const cookie = await signedIn(portal, "ada");

    const answer = await verify("api.example.com", {
      "X-Forwarded-Method": "OPTIONS",
      Origin: "http://app.example.com:3000",
      "Access-Control-Request-Method": "PUT",
      Cookie: cookie,
    });

    expect(answer).toMatchObject({ status: 200, headers: { "x-auth-request-user": "" } });
  });

  it("allow a real preflight without a session, and answer the request itself with 401 in JSON", async () => {
    const preflight = {
      "X-Forwarded-Method": "OPTIONS",
      Origin: "http://app.example.com:3000",
      "Access-Control-Request-Method": "PUT",
    };

    expect((await verify("api.example.com", preflight)).status).toBe(200);
    expect((await verify("app.example.com", preflight)).status).toBe(401);
    expect((await verify("api.example.com", { ...preflight, Origin: "" })).status).toBe(401);
    expect(
      (await verify("api.example.com", { ...preflight, "X-Forwarded-Method": "PUT" })).status,
    ).toBe(401);
    const call = await verify("api.example.com", {
      Origin: "http://app.example.com:3000",
      "Sec-Fetch-Mode": "cors",
    });
    expect(call).toMatchObject({ status: 401, body: '{"error":"sign_in_required"}' });
    expect(call.headers.location).toBeUndefined();
  });
});
