import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../demo/issuer.ts";
import { Browser, navigation } from "./peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "./peers/doorward.ts";
import { freePort } from "./peers/free-port.ts";

const accounts = [
  {
    id: "ada",
    claims: {
      name: "Ada",
      email: "ada@example.com",
      email_verified: true,
      preferred_username: "ada.l",
      groups: ["staff", "ops"],
    },
  },
  { id: "bob", claims: { name: "Bob", email: "bob@elsewhere.example", email_verified: true } },
];
const client = { clientId: "door", clientSecret: "a secret of the door" };

let issuer: Issuer;
let doorward: TestDoorward;
let site: string;

beforeAll(async () => {
  const port = await freePort();
  site = `http://localhost:${port}/_auth`;
  issuer = await startIssuer({ accounts, ...client, redirectUris: [`${site}/callback`] });
  doorward = await startDoorward(
    configOf({
      url: site,
      providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
      access: { emails: ["ada@example.com"] },
    }),
  );
});

afterAll(async () => {
  await doorward.close();
  await issuer.close();
});

function newBrowser(): Browser {
  return new Browser(new Map([[new URL(site).host, doorward.port]]));
}

function verify(browser: Browser, uri = "/") {
  const headers = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": new URL(site).host,
    "X-Forwarded-Uri": uri,
  };
  return browser.ask(`${site}/verify`, { headers: { ...navigation, ...headers } });
}

describe("a whole sign-in with oidc-provider", () => {
  it("redirects to the issuer and back to the requested page, then allows requests", async () => {
    const browser = newBrowser();

    const challenge = await verify(browser, "/x?a=1&b=2%26c");
    const page = await browser.open(String(challenge.headers.location));
    const end = await browser.choose(page, "ada");
    const allowed = await verify(browser);

    expect(challenge.status).toBe(302);
    expect(end.url).toBe(`${new URL(site).origin}/x?a=1&b=2%26c`);
    expect(allowed.status).toBe(200);
    expect(allowed.headers).toMatchObject({
      "content-length": "0",
      "x-auth-request-user": "ada",
      "x-auth-request-email": "ada@example.com",
      "x-auth-request-groups": "staff,ops",
      "x-auth-request-preferred-username": "ada.l",
    });
  });

  it("shows the no-access page to an account without access, and creates no session", async () => {
    const browser = newBrowser();

    const end = await browser.signIn(`${site}/start`, "bob");

    expect(end.status).toBe(403);
    expect(end.body).toContain("bob@elsewhere.example");
    expect(end.body).toContain("Use another account");
    expect((await verify(browser)).status).toBe(302);
  });

  it("ends the session at sign-out, also for a copy of the cookie", async () => {
    const browser = newBrowser();
    await browser.signIn(`${site}/start`, "ada");
    const cookie = await browser.jar.getCookieString(site);

    const end = await browser.open(`${site}/sign_out`);

    expect(end.status).toBe(200);
    expect(await browser.jar.getCookieString(site)).toBe("");
    const replayed = await newBrowser().ask(`${site}/start`, {
      headers: { Cookie: cookie, Accept: "application/json" },
    });
    expect(replayed.status).toBe(401);
  });

  it("signs out every session among duplicate session cookies", async () => {
    const cookies = await Promise.all(
      [newBrowser(), newBrowser()].map(async (browser) => {
        await browser.signIn(`${site}/start`, "ada");
        return browser.jar.getCookieString(site);
      }),
    );

    await newBrowser().ask(`${site}/sign_out`, { headers: { Cookie: cookies.join("; ") } });

    const verdicts = await Promise.all(
      cookies.map((Cookie) =>
        newBrowser().ask(`${site}/start`, { headers: { Cookie, Accept: "application/json" } }),
      ),
    );
    expect(verdicts.map(({ status }) => status)).toEqual([401, 401]);
  });

  it("answers 400 to a back-channel logout with an invalid token", async () => {
    const answer = await newBrowser().ask(`${site}/sign_out`, {
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: "logout_token=a.b.c",
    });

    expect(answer.status).toBe(400);
  });

  it("asks for confirmation when another site's form posts to /sign_out", async () => {
    const browser = newBrowser();
    await browser.signIn(`${site}/start`, "ada");

    const answer = await browser.ask(`${site}/sign_out`, {
      method: "POST",
      headers: { Origin: "https://evil.example" },
    });

    expect(answer.body).toContain("Stay signed in");
    expect((await verify(browser)).status).toBe(200);
  });
});
