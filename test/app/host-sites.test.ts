import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation } from "../peers/browser.ts";
import { forwarded, setCookies } from "../peers/sign-in-door.ts";
import { openSecureSite } from "../peers/secure-site.ts";

type SecureSite = Awaited<ReturnType<typeof openSecureSite>>;

const [app, wiki] = ["https://app.example.com/_auth", "https://wiki.example.com/_auth"];
let door: SecureSite;

beforeAll(async () => {
  door = await openSecureSite({ url: "https://{host}/_auth", hosts: ["example.com"] });
});
afterAll(() => door.close());

/** The verdict on a page of a host, with the port of its Host header. */
async function verdict(at: SecureSite, host: string, Cookie: string): Promise<number> {
  const headers = { ...forwarded(`https://${host}`), Host: "doorward:4180", Cookie };
  return (await at.open("https://doorward:4180/_auth/verify", headers)).status;
}

const redirectUriIn = (location: unknown) =>
  new URL(String(location)).searchParams.get("redirect_uri");

describe("one site for many hosts", () => {
  it("sends a visitor to the sign-in of the page's own host", async () => {
    const headers = { ...forwarded("https://app.example.com"), Host: "doorward:4180" };

    const answer = await door.open("https://doorward:4180/_auth/verify", headers);

    expect(answer).toMatchObject({
      status: 302,
      headers: { location: `${app}/start?rd=https%3A%2F%2Fapp.example.com%2F` },
    });
  });

  it("signs in there, with a redirect URI and a cookie of that host", async () => {
    const { start, callback, cookie } = await door.signIn(app);

    expect(redirectUriIn(start.headers.location)).toBe(`${app}/callback`);
    expect(callback).toMatchObject({
      status: 302,
      headers: { location: "https://app.example.com/" },
    });
    const kept = setCookies(callback).filter((line) => !/Max-Age=0|-targets=/.test(line));
    expect(kept).toEqual([expect.stringMatching(/^__Host-doorward-[0-9a-f]{6}=/)]);
    expect(kept[0]).not.toMatch(/Domain/i);
    expect(await verdict(door, "app.example.com", cookie)).toBe(200);
  });

  it("returns to a page of another of its hosts, which signs in for itself", async () => {
    const rd = encodeURIComponent("https://wiki.example.com/page");
    const start = await door.open(`${app}/start?rd=${rd}`);
    const cookies = setCookies(start).map((line) => line.split(";", 1)[0]);
    const url = door.issuer.consent(String(start.headers.location));

    const callback = await door.open(url, { Cookie: cookies.join("; ") });

    expect(callback.headers.location).toBe("https://wiki.example.com/page");
  });

  it("keeps the port of the browser, as no cookie depends on it", async () => {
    const site = "https://app.example.com:8443/_auth";

    const { start, callback, cookie } = await door.signIn(site);

    expect(redirectUriIn(start.headers.location)).toBe(`${site}/callback`);
    expect(callback.headers.location).toBe("https://app.example.com:8443/");
    expect(await verdict(door, "app.example.com:8443", cookie)).toBe(200);
    expect(await verdict(door, "app.example.com", cookie)).toBe(200);
    expect(await verdict(door, "wiki.example.com:8443", cookie)).toBe(302);
  });

  it("returns to no port but the one of the sign-in", async () => {
    const targetOf = async (host: string, rd: string) => {
      const start = await door.open(`https://${host}/_auth/start?rd=${encodeURIComponent(rd)}`);
      const cookies = setCookies(start).map((line) => line.split(";", 1)[0]);
      const url = door.issuer.consent(String(start.headers.location));
      return (await door.open(url, { Cookie: cookies.join("; ") })).headers.location;
    };
    const [usual, other] = ["https://app.example.com/x", "https://app.example.com:8443/x"];

    expect(await targetOf("app.example.com", other)).toBe("https://app.example.com/");
    expect(await targetOf("app.example.com:8443", other)).toBe(other);
    expect(await targetOf("app.example.com:8443", usual)).toBe(usual);
    expect(await targetOf("app.example.com:8443", "https://wiki.example.com:9443/x")).toBe(
      "https://app.example.com:8443/",
    );
  });

  it("signs out at each host, and shows its pages with that host's addresses", async () => {
    const { cookie } = await door.signIn(app);

    const missing = await door.open(`${app}/callback?code=x&state=y`);
    const signedOut = await door.open(`${app}/sign_out`, { Cookie: cookie });

    expect(missing.body).toContain(`${app}/start`);
    expect(signedOut.body).toContain(`${app}/start`);
    expect(signedOut.body).not.toContain("{host}");
    expect(await verdict(door, "app.example.com", cookie)).toBe(302);
  });

  it("refuses a host outside of `hosts`, and names the setting", async () => {
    const headers = { ...forwarded("https://app.example.net"), Host: "doorward:4180" };

    const answer = await door.open("https://doorward:4180/_auth/verify", headers);

    expect(answer.status).toBe(403);
    expect(door.doorward.events.at(-1)).toMatchObject({
      host: "app.example.net",
      mend: expect.stringContaining("hosts"),
    });
    expect((await door.open("https://app.example.net/_auth/start")).status).toBe(404);
  });
});

describe("one site for many hosts of a cookie's domain", () => {
  it("has one session for all of its hosts, which any of them begins and ends", async () => {
    const shared = await openSecureSite({
      url: "https://{host}/_auth",
      hosts: ["example.com"],
      cookie: { domain: "example.com" },
    });

    const { callback, cookie } = await shared.signIn(app);
    const before = [
      await verdict(shared, "app.example.com", cookie),
      await verdict(shared, "wiki.example.com", cookie),
    ];
    const start = await shared.open(`${wiki}/start`, { Cookie: cookie });
    await shared.open(`${wiki}/sign_out`, { Cookie: cookie });
    const after = await verdict(shared, "app.example.com", cookie);
    await shared.close();

    expect(setCookies(callback).join("\n")).toMatch(/^__Secure-doorward-.*Domain=example\.com/m);
    expect(before).toEqual([200, 200]);
    expect(start.body).toContain("You are signed in");
    expect(after).toBe(302);
  });
});

describe("one site for many hosts with compat: oauth2-proxy", () => {
  it("serves oauth2-proxy's paths on every host, and begins a sign-in where it was asked", async () => {
    const compat = await openSecureSite({
      url: "https://{host}/oauth2",
      hosts: ["example.com"],
      compat: "oauth2-proxy",
    });
    const at = "https://app.example.com/oauth2";

    const start = await compat.open(`${at}/start?rd=%2Fpage`);
    const page = await compat.open(`${at}/sign_in?rd=%2Fpage`);
    const { cookie } = await compat.signIn(at);
    const ask = async (host: string, Cookie: string, more: Record<string, string> = {}) =>
      (await compat.open(`https://${host}/oauth2/auth`, { ...navigation, Cookie, ...more })).status;
    const original = (host: string) => ({
      "X-Original-URL": `https://${host}/page`,
      "X-Original-Method": "GET",
    });
    const { Accept: _, ...traefik } = forwarded("https://app.example.com");
    const statuses = [
      await ask("app.example.com", cookie),
      await ask("app.example.com", ""),
      await ask("wiki.example.com", cookie),
      await ask("example.net", cookie),
      await ask("doorward", cookie),
      // Proxies that send the auth request's own host: ingress-nginx, and Traefik.
      await ask("doorward", cookie, original("app.example.com")),
      await ask("doorward", cookie, original("wiki.example.com")),
      await ask("doorward", cookie, original("example.net")),
      await ask("doorward", cookie, traefik),
      await ask("app.example.com", cookie, original("wiki.example.com")),
    ];
    await compat.close();

    expect(redirectUriIn(start.headers.location)).toBe(`${at}/callback`);
    expect(page.body).toContain("https://app.example.com/oauth2/start?rd=");
    expect(statuses).toEqual([202, 401, 401, 403, 403, 202, 401, 403, 202, 202]);
  });
});
