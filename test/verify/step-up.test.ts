import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";

const accounts = [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }];
const client = { clientId: "door", clientSecret: "a secret of the door" };

let issuer: Issuer;
let doorward: TestDoorward;
let site: string;
let clock = Date.now();
const asked: URL[] = [];

beforeAll(async () => {
  const port = await freePort();
  site = `http://localhost:${port}/_auth`;
  issuer = await startIssuer({
    accounts,
    ...client,
    redirectUris: [`${site}/callback`],
    configuration: { acrValues: ["password", "mfa"] },
    before: async ({ url = "" }) => {
      if (url.startsWith("/auth?")) asked.push(new URL(url, "http://issuer"));
    },
  });
  doorward = await startDoorward(
    configOf({
      url: site,
      providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
      access: { anyone: true },
      rules: [
        { path: "/pay/**", maxAge: "15m" },
        { path: "/root/**", acr: "mfa" },
      ],
    }),
    { now: () => clock },
  );
});

afterAll(async () => {
  await doorward.close();
  await issuer.close();
});

function verify(browser: Browser, uri: string) {
  const headers = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Host": new URL(site).host,
    "X-Forwarded-Uri": uri,
  };
  return browser.ask(`${site}/verify`, { headers: { ...navigation, ...headers } });
}

async function signedIn(): Promise<Browser> {
  const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));
  await browser.signIn(`${site}/start?rd=/`, "ada");
  return browser;
}

describe("a rule with maxAge", () => {
  it("requires a fresh sign-in at the issuer, then allows the request", async () => {
    const browser = await signedIn();
    const challenge = await verify(browser, "/pay/now");
    const end = await browser.choose(await browser.open(String(challenge.headers.location)), "ada");

    const later = await verify(browser, "/pay/now");
    clock += 16 * 60_000;
    const tooLate = await verify(browser, "/pay/now");
    clock -= 16 * 60_000;

    expect(challenge.status).toBe(302);
    expect(String(challenge.headers.location)).toContain("&max_age=900");
    expect(asked.at(-1)?.searchParams.get("max_age")).toBe("900");
    expect(end.url).toBe(`${new URL(site).origin}/pay/now`);
    expect(later.status).toBe(200);
    expect(tooLate.status).toBe(302);
    expect((await verify(browser, "/other")).status).toBe(200);
  });

  it("passes on the longest duration that the configuration accepts, so that the challenge can end", async () => {
    const browser = new Browser(new Map([[new URL(site).host, doorward.port]]));

    const answer = await browser.ask(`${site}/start?rd=/&max_age=86399999913600`);

    expect(String(answer.headers.location)).toContain("max_age=86399999913600");
  });

  it("makes /start redirect a visitor with an old sign-in to the issuer", async () => {
    const browser = await signedIn();

    const plain = await browser.ask(`${site}/start?rd=/other`, { headers: navigation });
    const strict = await browser.ask(`${site}/start?rd=/pay/now`, { headers: navigation });

    expect(plain.headers.location).toBe(`${new URL(site).origin}/other`);
    expect(String(strict.headers.location)).toContain(issuer.issuer);
  });
});

describe("a rule with acr", () => {
  it("that the issuer does not meet requests the password once, then shows the stronger-sign-in page", async () => {
    const browser = await signedIn();
    const challenge = await verify(browser, "/root/x");
    const before = asked.length;

    const first = await browser.choose(
      await browser.open(String(challenge.headers.location)),
      "ada",
    );
    const end = await browser.choose(first, "ada");

    expect(String(challenge.headers.location)).toContain("&acr_values=mfa");
    expect(asked.slice(before).map((url) => url.searchParams.get("prompt"))).toEqual([
      null,
      "login",
    ]);
    expect(end.status).toBe(403);
    expect(end.body).toContain("A stronger sign-in is needed");
    expect((await verify(browser, "/root/x")).status).toBe(302);
  });
});
