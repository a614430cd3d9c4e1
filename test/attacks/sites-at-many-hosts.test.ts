import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forwarded, setCookies } from "../peers/sign-in-door.ts";
import { openSecureSite, type SecureSite } from "../peers/secure-site.ts";

// With `url: https://{host}/_auth`, the `Host` of a request is a part of doorward's addresses.
const [app, wiki] = ["https://app.example.com/_auth", "https://wiki.example.com/_auth"];
let door: SecureSite;

beforeAll(async () => {
  door = await openSecureSite({
    sites: [
      { url: "https://{host}/_auth", hosts: ["example.com"] },
      { url: "https://{host}/_auth", hosts: ["apps.example.org"], providers: ["company"] },
      { url: "https://auth.example.com/_auth" },
    ],
  });
});
afterAll(() => door.close());

async function verdict(host: string, Cookie: string): Promise<number> {
  const headers = { ...forwarded(`https://${host}`), Host: "doorward:4180", Cookie };
  return (await door.open("https://doorward:4180/_auth/verify", headers)).status;
}

/** Opens a path with this `Host` header, exactly as written. */
const withHost = (Host: string, path: string) =>
  door.open(`https://doorward:4180/_auth/${path}`, { Host });

const hostile = [
  "evil.example",
  "app.example.com.evil.example",
  "notexample.com",
  "com",
  ".example.com",
  "..example.com",
  "-a.example.com",
  "a_b.example.com",
  "*.example.com",
  "{host}",
  "{host}.example.com",
  "evil.example/.example.com",
  "evil.example/?.example.com",
  "evil.example#.example.com",
  "evil.example\\.example.com",
  "evil.example%2f.example.com",
  "evil.example;.example.com",
  "evil.example,app.example.com",
  "user@app.example.com",
  "evil.example:443@app.example.com",
  "app.example.com:0",
  "app.example.com:65536",
  "app.example.com:443:443",
  "app.example.com:port",
  "a b.example.com",
  "[::1]",
  "127.0.0.1",
];

describe("a Host that is no host of a site", () => {
  it.each(hostile)("gets no address, no cookie and no sign-in: %j", async (host) => {
    for (const path of ["start", "start?rd=%2F", "callback?code=a&state=b", "sign_out"]) {
      const answer = await withHost(host, path);

      expect([400, 404]).toContain(answer.status);
      expect(answer.headers.location).toBeUndefined();
      expect(setCookies(answer)).toEqual([]);
      expect(answer.body).not.toMatch(/evil|_auth\/start/);
    }
  });

  it("never becomes an address, however it is composed", async () => {
    const parts = "evil.example example.com . : @ / \\ # ? % ; , a 443".split(" ");
    const host = fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(host, async (written) => {
        const { status, headers } = await withHost(written.join(""), "start");
        const redirectUri = URL.parse(String(headers.location))?.searchParams.get("redirect_uri");

        expect(`${status} ${redirectUri}`).toMatch(
          /^(400 undefined|404 undefined|302 https:\/\/([a-z0-9-]+\.)*example\.com\/_auth\/callback)$/,
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each(["APP.Example.COM", "app.example.com.", "app.example.com:443", "app.example.com:80"])(
    "is not made by another spelling of one: %s",
    async (host) => {
      const { headers } = await withHost(host, "start");
      const { searchParams } = new URL(String(headers.location));

      expect(searchParams.get("redirect_uri")).toBe(`${app}/callback`);
    },
  );
});

describe("the session of one host", () => {
  it("is none at another host, whichever site that has", async () => {
    const { cookie } = await door.signIn(app);
    const [, token = ""] = cookie.split("=");
    const elsewhere = await door.signIn("https://auth.example.com/_auth");
    const fixedName = elsewhere.cookie.split("=")[0] ?? "";

    expect(await verdict("app.example.com", cookie)).toBe(200);
    for (const host of ["wiki.example.com", "x.app.example.com", "example.com", "apps.example.org"])
      expect(await verdict(host, cookie)).toBe(302);
    expect(await verdict("auth.example.com", `${cookie}; ${fixedName}=${token}`)).toBe(302);
    expect(await verdict("app.example.com", elsewhere.cookie)).toBe(302);
  });

  it("cannot be ended or seen through another host", async () => {
    const { cookie } = await door.signIn(app);

    await door.open(`${wiki}/sign_out`, { Cookie: cookie });
    const user = await door.open(`${wiki}/start`, {
      Cookie: cookie,
      Accept: "application/json",
      "Sec-Fetch-Mode": "cors",
      "Sec-Fetch-Site": "same-origin",
      "Sec-Fetch-Dest": "empty",
    });

    expect(user.status).toBe(401);
    expect(await verdict("app.example.com", cookie)).toBe(200);
  });
});

describe("providers of the narrower site", () => {
  const openUrl = "https://{host}/_auth";
  const wide = { url: openUrl, hosts: ["example.com"], providers: ["guests"] };
  const narrower = [
    { url: openUrl, hosts: ["hr.example.com"], providers: ["staff"] },
    { url: "https://hr.example.com/_auth", providers: ["staff"] },
  ];
  const orders = narrower.flatMap((one) => [{ sites: [wide, one] }, { sites: [one, wide] }]);

  it.each(orders)("are the only ones of its hosts, in any order: %j", async ({ sites }) => {
    const both = await openSecureSite((company) => ({
      sites,
      providers: { guests: company, staff: company },
    }));
    const at = async (url: string, Cookie: string) => {
      const { host } = new URL(url);
      const headers = { ...forwarded(`https://${host}`), Host: "doorward:4180", Cookie };
      return (await both.open("https://doorward:4180/_auth/verify", headers)).status;
    };
    const [site, withPort] = ["https://hr.example.com/_auth", "https://hr.example.com:9443/_auth"];

    const staff = await both.signIn(site);
    const guest = await both.signIn("https://app.example.com/_auth", "?provider=guests");
    const asked = await both.open(`${site}/start?provider=guests`);
    const askedWithPort = await both.open(`${withPort}/start?provider=guests`);
    const statuses = [await at(site, staff.cookie), await at(withPort, staff.cookie)];
    const renamed = guest.cookie.replace(/^[^=]+/, staff.cookie.split("=")[0] ?? "");
    const others = [await at(site, guest.cookie), await at(site, renamed)];
    await both.close();

    expect(statuses).toEqual([200, 200]);
    expect(others).toEqual([302, 302]);
    // Of one provider, the sign-in begins with that one; a host without a site has no sign-in.
    for (const { status, headers } of [asked, askedWithPort])
      expect(`${status} ${headers.location}`).toMatch(/^(302 .*callback%2Fstaff&|404 undefined)/);
  });
});

describe("the issuer's response for one host", () => {
  it("signs in at no other host, even with the transaction's cookie there", async () => {
    const start = await door.open(`${app}/start`);
    const Cookie = setCookies(start)
      .map((line) => line.split(";", 1)[0])
      .join("; ");
    const url = door.issuer.consent(String(start.headers.location));

    const moved = await door.open(url.replace(app, wiki), { Cookie });
    const proper = await door.open(url, { Cookie });

    expect(moved.status).toBe(400);
    expect(setCookies(moved).join()).not.toMatch(/doorward-[0-9a-f]{6}=[^;]/);
    expect(proper.status).toBe(302);
  });
});
