import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { valuesOf } from "./gate.ts";
import { proxiesOfTests } from "./starters.ts";
import { com, openTwoDomains, type TwoDomains } from "./two-domains.ts";

const rules = [
  { host: "app.example.com", path: "/public/**", allow: "public" },
  { host: "app.example.com", path: "/admin/**", allow: { groups: ["admins"] } },
  { host: "app.example.com", path: "/api/**", preflight: "allow" },
  { host: "app.example.com", path: "/pay/**", maxAge: "15m" },
];

describe.each(proxiesOfTests)("rules, behind $name", (tested) => {
  let stand: TwoDomains;
  let ada: Browser;
  let bob: Browser;

  beforeAll(async () => {
    stand = await openTwoDomains(tested, rules);
    ada = await stand.signedIn("ada");
    bob = await stand.signedIn("bob");
  });
  afterAll(() => stand.close());

  describe("about paths", () => {
    it("pass requests for a public page without a session, with empty identity headers", async () => {
      const headers = {
        "X-Auth-Request-User": "forged",
        "X-Auth-Request-Groups": "forged",
        "Remote-User": "forged",
      };

      const { answer, heard } = await stand.passing(() =>
        stand.newBrowser().ask(`${com.app}/public/x?a=1`, { headers }),
      );

      expect(answer.status).toBe(200);
      expect(heard).toMatchObject([{ url: "/public/x?a=1" }]);
      expect(stand.lastUser()).toBe("");
      expect(JSON.stringify(heard)).not.toContain("forged");
    });

    it("pass the identity of a signed-in visitor to a public page", async () => {
      const { status } = await bob.ask(`${com.app}/public/x`);

      expect(status).toBe(200);
      expect(stand.lastUser()).toBe("bob");
    });

    it.each([
      "/admin",
      "/admin/x",
      "//admin/x",
      // Traefik makes /x;a=1 of it, for doorward and for the app.
      ...(tested.kind === "traefik" ? [] : ["/public/..//admin/%2e%2e/x;a=1"]),
      "/public/..//admin/./x;a=1",
      "/public/%2e%2e/admin",
      "/public/..%2fadmin",
      "/public/..;/admin",
      "/public/..%5cadmin",
      "/public/%252e%252e/admin",
      "/%61dmin",
    ])("give only admins access to %s", async (target) => {
      const ask = (browser: Browser, headers = {}) =>
        stand.passing(() => browser.ask(`${com.app}/`, { target, headers }));

      const unknown = await ask(stand.newBrowser());
      const person = await ask(stand.newBrowser(), navigation);
      const denied = await ask(bob);
      const admin = await ask(ada);

      expect([unknown, denied, admin].map(({ answer }) => answer.status)).toEqual([401, 403, 200]);
      expect([302, 303]).toContain(person.answer.status);
      expect([unknown, person, denied].flatMap(({ heard }) => heard)).toEqual([]);
      expect(admin.heard).toHaveLength(1);
    });

    it.each(["app.example.com:8443", "app.example.com:443", "app.example.com.", "APP.example.com"])(
      "also apply if the visitor writes the host as %s",
      async (host) => {
        const { answer, heard } = await stand.passing(() =>
          bob
            .ask(`${com.app}/`, { target: "/admin/x", headers: { Host: host } })
            .then(({ status }) => status)
            .catch(({ code }: NodeJS.ErrnoException) => code),
        );

        // The last: Caddy ends the connection for a host that is not in its file.
        expect([302, 400, 403, 404, 421, "ECONNRESET"]).toContain(answer);
        expect(heard).toEqual([]);
      },
    );
  });

  describe("about an API that a page on another port of its host calls", () => {
    const script = {
      Origin: "https://app.example.com:3000",
      "Sec-Fetch-Mode": "cors",
      "Sec-Fetch-Site": "same-site",
      "Sec-Fetch-Dest": "empty",
    };
    const preflight = {
      method: "OPTIONS",
      headers: { ...script, "Access-Control-Request-Method": "PUT" },
    };

    it("pass the preflight to the app, with empty identity headers", async () => {
      const { answer, heard } = await stand.passing(() =>
        stand.newBrowser().ask(`${com.app}/api/thing`, {
          ...preflight,
          headers: { ...preflight.headers, "X-Auth-Request-User": "forged" },
        }),
      );

      expect(answer.status).toBe(200);
      expect(heard).toMatchObject([{ method: "OPTIONS", url: "/api/thing" }]);
      expect(valuesOf(heard[0] ?? { headers: [] }, "origin")).toEqual([script.Origin]);
      expect(stand.lastUser()).toBe("");
    });

    it.each([
      ["the call itself", "/api/thing", { method: "GET", headers: script }],
      ["a call that writes", "/api/thing", { method: "PUT", headers: script, body: "x" }],
      [
        "an OPTIONS request without Access-Control-Request-Method",
        "/api/thing",
        { method: "OPTIONS", headers: script },
      ],
      ["a GET with the headers of a preflight", "/api/thing", { ...preflight, method: "GET" }],
      ["a preflight for another path", "/other", preflight],
    ])("answer %s with 401 in JSON and no redirect", async (_, path, ask) => {
      const { answer, heard } = await stand.passing(() =>
        stand.newBrowser().ask(`${com.app}${path}`, ask),
      );

      expect(answer.status).toBe(401);
      expect(answer.headers["content-type"]).toContain("application/json");
      expect(JSON.parse(answer.body)).toEqual({ error: "sign_in_required" });
      expect(answer.headers.location).toBeUndefined();
      expect(heard).toEqual([]);
    });

    it.each(["GET", "PUT"])("pass a call with the session cookie: %s", async (method) => {
      const { status } = await bob.ask(`${com.app}/api/thing`, { method, headers: script });

      expect(status).toBe(200);
      expect(stand.app.heard.at(-1)).toMatchObject({ method, url: "/api/thing" });
      expect(stand.lastUser()).toBe("bob");
    });
  });

  describe("about the age of a sign-in", () => {
    it("require a new sign-in for a session that is too old, and then pass it", async () => {
      const browser = await stand.signedIn("ada");
      const { answer: challenge, heard } = await stand.passing(() =>
        browser.ask(`${com.app}/pay/now`, { headers: navigation }),
      );
      const end = await browser.open(String(challenge.headers.location));

      stand.aheadMs = 16 * 60_000;
      const late = await stand.passing(() =>
        browser.ask(`${com.app}/pay/now`, { headers: navigation }),
      );
      const script = await stand.passing(() => browser.ask(`${com.app}/pay/now`));
      const elsewhere = await browser.ask(`${com.app}/other`);
      stand.aheadMs = 0;

      expect([302, 303]).toContain(challenge.status);
      expect(challenge.headers.location).toBe(
        `${com.portal}/start?rd=${encodeURIComponent(`${com.app}/pay/now`)}&max_age=900`,
      );
      expect(end).toMatchObject({ url: `${com.app}/pay/now`, status: 200 });
      expect(late.answer.headers.location).toBe(challenge.headers.location);
      expect(script.answer.status).toBe(401);
      expect([heard, late.heard, script.heard].flat()).toEqual([]);
      expect(elsewhere.status).toBe(200);
    });
  });
});
