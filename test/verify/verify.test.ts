import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAppContext } from "../../server/app/app.ts";
import type { SiteEntry } from "../../server/config/site.ts";
import { createSites } from "../../server/config/sites.ts";
import { AuthError } from "../../server/errors.ts";
import { newSession, openSessions } from "../peers/sessions.ts";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf } from "../peers/doorward.ts";
import { verifyWays, type VerifyWay, type WireResponse } from "../peers/verify-ways.ts";

const config = configOf({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { google: { clientId: "door" } },
  access: { groups: ["staff"] },
});

const navigation = { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
const forwarded = {
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "app.example.com",
  "X-Forwarded-Uri": "/private?x=1&y=%26",
};
const original = {
  "X-Original-Method": "GET",
  "X-Original-URL": "https://app.example.com/private?x=1&y=%26",
};
const signIn =
  "https://auth.example.com/start?rd=https%3A%2F%2Fapp.example.com%2Fprivate%3Fx%3D1%26y%3D%2526";

const deadStore: Store = {
  ...(await openStore(config.storage)),
  get: () => Promise.reject(new AuthError("store_unreachable", "the session store failed")),
};

const [{ first: site }] = createSites(config) as [SiteEntry];

const opened: VerifyWay[] = [];
afterAll(() => {
  for (const { close } of opened) close();
});

async function openVerify(open: (typeof verifyWays)[string], held?: Store) {
  const { log, events } = capturingLog();
  const now = Date.now;
  const store = held ?? (await openStore(config.storage));
  const sessions = openSessions({ store, log });
  const signedIn = (groups: string[], email?: string) =>
    sessions.start(newSession(site, { subject: "s-1", email, groups, provider: "google" }));
  const way = await open(createAppContext(config, { sessions, log, now }), store);
  opened.push(way);
  return { verify: way.verify, signedIn, events };
}

type Headers = Record<string, string | string[]>;

async function ask(
  verify: VerifyWay["verify"],
  headers: Headers,
  {
    token,
    method = "GET",
    query = "",
    peer = "127.0.0.1",
  }: { token?: string; method?: string; query?: string; peer?: string } = {},
) {
  const all: Headers = {
    ...headers,
    ...(token !== undefined && { Cookie: `a=b; ${site.sessionCookieName}=${token}; c=d` }),
  };
  const rawHeaders = Object.entries(all).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => [name, one]),
  );
  const answer = await verify({ method, query, rawHeaders, peer });
  return { ...answer, header: (name: string) => headerOf(answer, name) };
}

function headerOf({ headers }: WireResponse, name: string): string | undefined {
  const index = headers.findIndex((text, place) => place % 2 === 0 && text.toLowerCase() === name);
  return index === -1 ? undefined : headers[index + 1];
}

/** All headers that were sent, in the order of their names. */
function pairs({ headers }: WireResponse): string[][] {
  const names = headers.filter((_, index) => index % 2 === 0);
  return names
    .map((name, index) => [name.toLowerCase(), headers[index * 2 + 1] ?? ""])
    .toSorted(([one = ""], [other = ""]) => one.localeCompare(other));
}

describe.each(Object.entries(verifyWays))("/verify through %s", (_way, open) => {
  let verify: VerifyWay["verify"];
  let staff: string;
  let guest: string;
  let events: Record<string, unknown>[];

  beforeAll(async () => {
    const made = await openVerify(open);
    ({ verify, events } = made);
    staff = await made.signedIn(["staff", "ops"], "ada@example.com");
    guest = await made.signedIn(["guests"], "bob@example.com");
  });

  describe("allow", () => {
    it.each([
      ["forwarded", forwarded],
      ["original", original],
    ])("is an empty 200 with the identity: %s", async (_, headers) => {
      const answer = await ask(verify, headers, { token: staff });

      expect(answer).toMatchObject({ status: 200, body: "" });
      expect(pairs(answer)).toEqual([
        ["cache-control", "no-store"],
        ["content-length", "0"],
        ["x-auth-request-email", "ada@example.com"],
        ["x-auth-request-groups", "staff,ops"],
        ["x-auth-request-preferred-username", ""],
        ["x-auth-request-user", "s-1"],
      ]);
    });

    it.each(["GET", "HEAD", "POST", "OPTIONS", "PROPFIND"])(
      "does not depend on the method of the request to /verify: %s",
      async (method) => {
        expect(await ask(verify, forwarded, { token: staff, method })).toMatchObject({
          status: 200,
        });
        expect(await ask(verify, forwarded, { method })).toMatchObject({ status: 401 });
      },
    );

    it.each([
      { "If-None-Match": "*" },
      { Range: "bytes=0-1" },
      { "User-Agent": "kube-probe/1.30" },
      { "Cache-Control": "max-age=9" },
    ])("is not changed by %j", async (extra) => {
      expect((await ask(verify, { ...forwarded, ...extra }, { token: staff })).status).toBe(200);
      expect((await ask(verify, { ...forwarded, ...extra })).status).toBe(401);
    });
  });

  describe("challenge", () => {
    it.each([
      ["forwarded", "GET", 302],
      ["forwarded", "HEAD", 302],
      ["forwarded", "POST", 303],
      ["forwarded", "get", 303],
      ["original", "GET", 401],
      ["original", "POST", 401],
    ])("of a navigation has the sign-in URL: %s %s is %i", async (family, method, status) => {
      const headers =
        family === "forwarded"
          ? { ...forwarded, "X-Forwarded-Method": method }
          : { ...original, "X-Original-Method": method };

      const answer = await ask(verify, { ...headers, ...navigation });

      expect(answer).toMatchObject({ status, body: "" });
      expect(answer.header("location")).toBe(signIn);
      expect(answer.header("content-length")).toBe("0");
      expect(answer.header("cache-control")).toBe("no-store");
      expect(answer.header("www-authenticate")).toBeUndefined();
      expect(answer.header("set-cookie")).toBeUndefined();
    });

    it("of any other request is a 401, with JSON if the proxy shows the body", async () => {
      const shown = await ask(verify, forwarded);
      const hidden = await ask(verify, original);

      expect(shown).toMatchObject({ status: 401, body: '{"error":"sign_in_required"}' });
      expect(hidden).toMatchObject({ status: 401, body: "" });
      expect([shown.header("location"), hidden.header("location")]).toEqual([undefined, undefined]);
    });

    it.each<[string, Headers, boolean]>([
      ["Sec-Fetch-Mode alone", { "Sec-Fetch-Mode": "navigate" }, true],
      ["an iframe", { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" }, true],
      [
        "an image",
        { "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image", Accept: "text/html" },
        false,
      ],
      ["an embedded object", { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "object" }, false],
      ["a fetch that accepts HTML", { "Sec-Fetch-Mode": "cors", Accept: "text/html" }, false],
      ["Sec-Fetch-Site without a mode", { "Sec-Fetch-Site": "none", Accept: "text/html" }, false],
      ["an old browser", { Accept: "text/html,*/*" }, true],
      [
        "an old browser's XHR",
        { Accept: "text/html", "X-Requested-With": "XMLHttpRequest" },
        false,
      ],
      ["a client with credentials", { Accept: "text/html", Authorization: "Bearer x" }, false],
      ["a WebSocket handshake", { Accept: "text/html", "Sec-WebSocket-Key": "x" }, false],
      ["curl", { Accept: "*/*" }, false],
      ["nothing", {}, false],
    ])("tells navigations from other requests: %s", async (_, headers, isNavigation) => {
      const answer = await ask(verify, { ...forwarded, ...headers });

      expect(answer.status).toBe(isNavigation ? 302 : 401);
    });

    it("stays under 2 KiB: for a longer URL the return target is its origin's root", async () => {
      const uri = (length: number) => `/${"a".repeat(length)}`;
      const locations = await Promise.all(
        [1_000, 1_950, 1_980, 2_000, 30_000].map(async (length) => {
          const answer = await ask(verify, {
            ...forwarded,
            ...navigation,
            "X-Forwarded-Uri": uri(length),
          });
          return answer.header("location") ?? "";
        }),
      );

      expect(locations.every((location) => location.length < 2_048)).toBe(true);
      expect(locations[0]).toContain(uri(1_000).slice(1));
      expect(locations.at(-1)).toBe(
        "https://auth.example.com/start?rd=https%3A%2F%2Fapp.example.com%2F",
      );
    });
  });

  describe("two live sessions in one browser", () => {
    it("are a conflict, which is logged", async () => {
      const headers = {
        ...forwarded,
        Cookie: `${site.sessionCookieName}=${staff}; ${site.sessionCookieName}=${guest}`,
      };

      expect((await ask(verify, headers)).status).toBe(401);
      expect(events.at(-1)).toMatchObject({
        msg: "two live sessions, or more than four session cookies, in one browser; accepting none",
      });
    });
  });

  describe("deny", () => {
    it("is a page for a navigation and JSON for any other request", async () => {
      const page = await ask(verify, { ...forwarded, ...navigation }, { token: guest });
      const data = await ask(verify, forwarded, { token: guest });

      expect(page.status).toBe(403);
      expect(page.header("content-type")).toContain("text/html");
      expect(page.body).toContain("bob@example.com");
      expect(page.body).toContain("Use another account");
      expect(data.status).toBe(403);
      expect(JSON.parse(data.body)).toMatchObject({ error: "forbidden" });
    });

    it("is 403 without a body for nginx", async () => {
      expect(await ask(verify, { ...original, ...navigation }, { token: guest })).toMatchObject({
        status: 403,
        body: "",
      });
      expect(await ask(verify, original, { token: guest })).toMatchObject({
        status: 403,
        body: "",
      });
    });

    it("logs the identity and the URL, without the URL's query", async () => {
      await ask(verify, forwarded, { token: guest });

      expect(events.at(-1)).toMatchObject({
        msg: "denied",
        subject: "s-1",
        site: "https://auth.example.com/",
        host: "app.example.com",
        path: "/private",
        rule: "access",
      });
    });

    it.each(["other.example.org", "example.com.evil.example", "evilexample.com", "127.0.0.1"])(
      "is the response for a host that no site's cookie covers, with or without a session: %s",
      async (host) => {
        const headers = { ...forwarded, "X-Forwarded-Host": host };

        expect(await ask(verify, headers, { token: staff })).toMatchObject({ status: 403 });
        expect((await ask(verify, { ...headers, ...navigation })).body).toContain(host);
        expect(events.at(-1)).toMatchObject({
          host,
          mend: expect.stringContaining("cookie.domain"),
        });
      },
    );
  });

  describe("the query of /verify", () => {
    it.each([
      ["allowed_groups=ops", 200],
      ["allowed_groups=admins,ops", 200],
      ["allowed_groups=admins", 403],
      ["allowed_groups=", 403],
      ["allowed_groups", 403],
      ["allowed_groups=ops&allowed_groups=admins", 403],
      ["allowed_emails=ADA@example.com", 200],
      ["allowed_emails=bob@example.com", 403],
      ["allowed_emails=", 403],
      ["allowed_email_domains=example.com", 200],
      ["allowed_email_domains=*.example.com", 403],
      ["allowed_email_domains=example.org", 403],
      ["allowed_groups=ops&allowed_emails=bob@example.com", 403],
      ["%61llowed_groups=admins", 403],
      ["ALLOWED_GROUPS=admins", 200],
      ["rd=https://evil.example&policy=public&allow=1", 200],
    ])("only narrows access: ?%s is %i", async (query, status) => {
      expect((await ask(verify, forwarded, { token: staff, query })).status).toBe(status);
    });

    it.each([
      "allowed_groups=guests",
      "allowed_emails=bob@example.com",
      "policy=public",
      "allowed_email_domains=example.com",
    ])("never widens access: ?%s", async (query) => {
      expect((await ask(verify, forwarded, { token: guest, query })).status).toBe(403);
      expect((await ask(verify, forwarded, { query })).status).toBe(401);
    });

    it("is not the visitor's query", async () => {
      const headers = { ...forwarded, "X-Forwarded-Uri": "/private?allowed_groups=admins" };

      expect((await ask(verify, headers, { token: staff })).status).toBe(200);
    });
  });

  describe("a malformed request", () => {
    it.each<[string, Headers, number]>([
      ["no header family", {}, 400],
      ["no path in the URI", { ...forwarded, "X-Forwarded-Uri": "private" }, 400],
      ["a malformed host", { ...forwarded, "X-Forwarded-Host": "a@b" }, 400],
      ["two URIs", { ...forwarded, "X-Forwarded-Uri": ["/a", "/b"] }, 400],
      [
        "a conflict",
        { ...forwarded, ...original, "X-Original-URL": "https://app.example.com/" },
        400,
      ],
      ["nginx without a method", { "X-Original-URL": original["X-Original-URL"] }, 403],
      ["nginx without a host", { ...original, "X-Original-URL": "http:///x" }, 403],
      [
        "nginx with a user name",
        { ...original, "X-Original-URL": "https://a@app.example.com/" },
        403,
      ],
      [
        "nginx with a backslash",
        { ...original, "X-Original-URL": "https://app.example.com\\@evil.example/" },
        403,
      ],
      [
        "nginx with another scheme",
        { ...original, "X-Original-URL": "ftp://app.example.com/" },
        403,
      ],
    ])("is refused, with or without a session: %s", async (_, headers, status) => {
      expect((await ask(verify, headers, { token: staff })).status).toBe(status);
      expect((await ask(verify, { ...headers, ...navigation })).status).toBe(status);
    });

    it("is logged as a conflict if two header families disagree", async () => {
      await ask(verify, { ...forwarded, "X-Original-Method": "POST" });

      expect(events.at(-1)).toMatchObject({ msg: "refused: proxy header conflict" });
    });
  });

  describe("a peer", () => {
    it.each([
      "198.51.100.7",
      "8.8.8.8",
      "2001:db8::1",
      "::ffff:8.8.8.8",
      "172.32.0.1",
      "fe80::1%eth0",
      "",
      undefined,
    ])("is refused if it is not a trusted proxy: %s", async (peer) => {
      const answer = await verify({
        method: "GET",
        query: "",
        rawHeaders: [
          ...Object.entries(forwarded).flat(),
          "Cookie",
          `${site.sessionCookieName}=${staff}`,
        ],
        peer,
      });

      expect(answer.status).toBe(403);
    });

    it.each([
      "127.0.0.1",
      "::1",
      "::ffff:127.0.0.1",
      "10.1.2.3",
      "::ffff:10.1.2.3",
      "172.16.0.1",
      "192.168.1.1",
      "fd00::1",
    ])("is trusted if its address is loopback or private: %s", async (peer) => {
      expect((await ask(verify, forwarded, { token: staff, peer })).status).toBe(200);
    });
  });

  describe("a request without a header family", () => {
    it.each([
      ["GET", "", {}],
      ["GET", "", { Accept: "application/json" }],
      ["GET", "allowed_groups=staff", { Accept: "application/json" }],
      ["HEAD", "", { Accept: "application/json" }],
      ["POST", "", { Accept: "application/json" }],
      ["OPTIONS", "", { Accept: "application/json" }],
      ["GET", "", { ...navigation, Accept: "text/html" }],
      ["GET", "", { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "app.example.com" }],
    ])("is refused with 400, and shows no user: %s %s %j", async (method, query, headers) => {
      const answer = await ask(verify, headers, { token: staff, method, query });

      expect(answer.status).toBe(400);
      expect(answer.body).not.toMatch(/\bada\b/);
      expect(answer.header("x-auth-request-user")).toBeUndefined();
    });
  });

  describe("an unreachable store", () => {
    it.each<[string, Headers, number]>([
      ["forwarded", { ...forwarded, ...navigation }, 503],
      ["forwarded, not a navigation", forwarded, 503],
      ["original", { ...original, ...navigation }, 500],
    ])("leads neither to an allow nor to a sign-in: %s", async (_, headers, status) => {
      const { verify: blind } = await openVerify(open, deadStore);

      const answer = await ask(blind, headers, { token: staff });

      expect(answer.status).toBe(status);
      expect(answer.header("retry-after")).toBe("5");
      expect(answer.header("location")).toBeUndefined();
      expect(answer.header("set-cookie")).toBeUndefined();
    });

    it("is not read for a cookie that is not a session token", async () => {
      const { verify: blind } = await openVerify(open, deadStore);

      expect((await ask(blind, forwarded, { token: "x" })).status).toBe(401);
    });
  });
});
