import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser, navigation, type HttpResponse } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { startNginx } from "../peers/nginx.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { client, setCookies } from "../peers/sign-in-door.ts";

const host = "app.example.com";
const site = `https://${host}/_auth`;

let issuer: HostileIssuer;
let doorward: TestDoorward;
let nginx: Proxy;

beforeEach(async () => {
  issuer = await startHostileIssuer();
  const config = configOf({
    url: site,
    providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
    access: { anyone: true },
    signOut: "issuer",
  });
  doorward = await startDoorward(config);
  // An nginx that someone configured by hand has its default buffers: 4 KiB for a head.
  const files = [...proxyFiles(config, "nginx").files].map(([name, text]) => {
    return [name, text.replace(/^proxy_buffer(s|_size) .*$/gm, "")] as const;
  });
  const wiring = { files: new Map(files), hosts: [host], doorwardPort: doorward.port, appPort: 9 };
  nginx = await startNginx(wiring);
});
afterEach(async () => {
  await nginx.stop();
  await doorward.close();
  await issuer.close();
});
async function signedIn(claims: Record<string, unknown>, end = "/end"): Promise<Browser> {
  issuer.twist = { claims, metadata: { end_session_endpoint: `${issuer.issuer}${end}` } };
  const browser = new Browser(new Map([[`${host}:443`, nginx.https]]));
  const start = await browser.ask(`${site}/start`, { headers: navigation });
  await browser.ask(issuer.consent(String(start.headers.location)), { headers: navigation });
  return browser;
}

/** Signs out, and checks that the session has ended in the browser and in the store. */
async function signOut(browser: Browser, query = ""): Promise<HttpResponse> {
  const Cookie = await browser.jar.getCookieString(site);
  const answer = await browser.ask(`${site}/sign_out${query}`, { headers: navigation });
  const after = await browser.ask(`https://${host}/x`, { headers: { Cookie } });
  expect(after.status).toBe(401);
  expect(setCookies(answer).some((line) => /^[^=]+=;.*Max-Age=0/.test(line))).toBe(true);
  return answer;
}

describe("a sign-out at the issuer, through nginx with its default buffers", () => {
  it("leaves an ID token of 400 groups out, and names the account", async () => {
    const groups = Array.from({ length: 400 }, (_, index) => `a-group-with-a-long-name-${index}`);
    const browser = await signedIn({ groups });

    const answer = await signOut(browser);

    expect(answer.status).toBe(303);
    const location = new URL(String(answer.headers.location));
    expect(Object.fromEntries(location.searchParams)).toEqual({
      client_id: client.clientId,
      logout_hint: "ada@example.com",
      post_logout_redirect_uri: `${site}/sign_out`,
      state: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  it("names the account by the claim login_hint, if the issuer sends it", async () => {
    const browser = await signedIn({ login_hint: "O.CiQ", padding: "x".repeat(3_000) });

    const answer = await signOut(browser);

    expect(new URL(String(answer.headers.location)).searchParams.get("logout_hint")).toBe("O.CiQ");
  });

  it("fits with the longest ID token that it sends, and the longest return target", async () => {
    const padding = "x".repeat(1_050);
    const browser = await signedIn({ padding });

    const answer = await signOut(browser, `?rd=/${"y".repeat(450)}`);

    const location = new URL(String(answer.headers.location));
    const length = location.searchParams.get("id_token_hint")?.length ?? 0;
    expect(answer.status).toBe(303);
    expect(length).toBeGreaterThan(1_950);
    expect(length).toBeLessThanOrEqual(2_048);
  });

  it("ends the session and shows a page if the issuer's own address is too long", async () => {
    const browser = await signedIn({}, `/end?${"z".repeat(4_100)}`);

    const answer = await signOut(browser);

    expect([answer.status, answer.headers.location]).toEqual([200, undefined]);
    expect(answer.body).toContain("You are signed out");
    expect(doorward.events.map(({ msg }) => msg)).toContain(
      "could not sign out at the issuer; signed out here only",
    );
  });
});
