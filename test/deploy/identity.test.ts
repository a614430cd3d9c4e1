import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../peers/browser.ts";
import { valuesOf } from "./gate.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

const names = ["user", "email", "groups", "preferred-username"].map(
  (name) => `x-auth-request-${name}`,
);

describe.each(variants)("the identity, behind $name", (variant) => {
  let stand: Stand;
  let ada: Browser;

  beforeAll(async () => {
    stand = await setUp(variant);
    ada = await stand.signedIn("ada");
  });
  afterAll(() => stand.close());

  /** The request as the app receives it. */
  async function heardOf(browser: Browser, headers: Record<string, string> = {}) {
    const before = stand.app.heard.length;
    const answer = await browser.ask(`${appUrl}/x?a=1`, { headers });
    expect(answer.status).toBe(200);
    const [heard, ...more] = stand.app.heard.slice(before);
    if (heard === undefined || more.length > 0)
      throw new Error("the app did not get exactly one request");
    return heard;
  }

  it("reaches the app in four headers, once each, with the unchanged request", async () => {
    const heard = await heardOf(ada);

    expect(heard).toMatchObject({ method: "GET", url: "/x?a=1" });
    expect(names.map((name) => valuesOf(heard, name))).toEqual([
      ["ada"],
      ["ada@example.com"],
      ["staff,ops"],
      ["ada.l"],
    ]);
  });

  it.each([
    "X-Auth-Request-User",
    "x_auth_request_user",
    "X-Auth_Request-User",
    "X.Auth.Request.User",
    "X-Auth-Request-Email",
    "X-Auth-Request-Groups",
    "X-Auth-Request-Preferred-Username",
    "X-Auth-Request-Access-Token",
    "Remote-User",
    "Remote_User",
    "Remote-Email",
    "Remote-Groups",
    "Remote-Name",
    "X-Remote-User",
    "X-Remote-Email",
    "X-Remote-Groups",
    "X-Remote-Name",
    "X-WebAuth-User",
    "X-WebAuth-Email",
    "X-WebAuth-Groups",
    "X-WebAuth-Name",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Forwarded-Groups",
    "X-Forwarded-Preferred-Username",
    "X-Forwarded-Access-Token",
    "Proxy",
  ])("is never taken from the visitor's %s", async (name) => {
    const heard = await heardOf(ada, { [name]: "evil" });

    expect(JSON.stringify(heard)).not.toContain("evil");
    expect(valuesOf(heard, "x-auth-request-user")).toEqual(["ada"]);
  });

  // The proxy removes the whole family. nginx can remove only what is listed by name, and doorward refuses the rest.
  it.each([
    ["X-WebAuth-Role", "refused"],
    ["x-webauth-ROLE", "refused"],
    ["X-Auth-Request-Foo", "refused"],
    ["Remote-Foo", "refused"],
    ["X-Remote-Foo", "refused"],
    ["X-Forwarded-Roles", "refused"],
    ["X-Forwarded-Client-Cert", "removed"],
    ["X-Authentik-Groups", "refused"],
    ["X-Vouch-Idp-Claims-Name", "refused"],
    ["X-Auth-Username", "refused"],
    ["X-Token-User-Roles", "refused"],
    ["X-Pomerium-Claim-Email", "refused"],
    ["X-SSL-Client-S-DN", "refused"],
    ["Client-Cert", "refused"],
    ["X-Original-Foo", "refused"],
    ["X-Original-Host", "removed"],
    ["X-Rewrite-URL", "removed"],
    ["X-Forwarded-Path", "removed"],
    ["Cf-Access-Authenticated-User-Email", "removed"],
    ["X-Goog-Authenticated-User-Email", "removed"],
    ["X-Ms-Client-Principal", "removed"],
    ["Tailscale-User-Login", "removed"],
  ])("is not taken from the visitor's %s, which nginx has %s", async (name, byNginx) => {
    const before = stand.app.heard.length;

    const answer = await ada.ask(`${appUrl}/x`, { headers: { [name]: "evil" } });

    const isRefused = variant.proxy === "nginx" && byNginx === "refused";
    const heard = stand.app.heard.slice(before);
    expect([answer.status, heard.length]).toEqual(isRefused ? [400, 0] : [200, 1]);
    expect(JSON.stringify(heard)).not.toContain("evil");
  });

  it("cannot be removed by naming its header in Connection", async () => {
    const heard = await heardOf(ada, { Connection: "close, X-Auth-Request-User" });

    expect(valuesOf(heard, "x-auth-request-user")).toEqual(["ada"]);
  });

  it("has no email address if the issuer sends none, even if the visitor does", async () => {
    const carol = await stand.signedIn("carol");

    const heard = await heardOf(carol, {
      "X-Auth-Request-Email": "evil@example.com",
      "X-Auth-Request-Groups": "evil",
    });

    const [user, email, groups] = names.map((name) => valuesOf(heard, name).join());
    expect([user, email, groups]).toEqual(["carol", "", ""]);
    expect(JSON.stringify(heard)).not.toMatch(/evil|\{http/);
  });

  it.each([
    ["alone", "", "", []],
    ["first", "", "; b=2; c=3", ["b=2", "c=3"]],
    ["last", "a=1; ", "", ["a=1"]],
    ["in the middle", "a=1; ", "; b=2", ["a=1", "b=2"]],
    ["next to another site's", "a=1; OTHER=x; ", "; b=2", ["a=1", "b=2"]],
    ["apart from another site's", "", "; a=1; OTHER=x; b=2", ["a=1", "b=2"]],
    [
      "next to a similar name",
      "not__Host-doorward-0a1b2c=1; ",
      "",
      ["not__Host-doorward-0a1b2c=1"],
    ],
  ])(
    "does not include the session cookie, which is removed when it comes %s",
    async (_, before, after, left) => {
      const session = await ada.jar.getCookieString(appUrl);
      const other = variant.cookieName.startsWith("__Host") ? "__Secure" : "__Host";
      const sent = (before + session + after).replace("OTHER", `${other}-doorward-0a1b2c`);

      const heard = await heardOf(ada, { Cookie: sent });

      expect(session).toMatch(new RegExp(`^${variant.cookieName}=`));
      const cookies = valuesOf(heard, "cookie").flatMap((line) => line.split(/; */));
      // Traefik cannot remove a single cookie; its README documents that.
      const expected = variant.proxy === "traefik" ? sent.split(/; */) : left;
      expect(cookies.filter((cookie) => cookie !== "")).toEqual(
        expected.filter((cookie) => cookie !== ""),
      );
    },
  );

  it.each([200, 401, 404, 500])(
    "does not change the app's response %i and cookies",
    async (status) => {
      const answer = await ada.ask(`${appUrl}/answers/${status}`);

      expect(answer.status).toBe(status);
      expect(answer.headers["set-cookie"]).toEqual(["basket=3; Path=/", "theme=dark"]);
      expect(answer.headers["www-authenticate"]).toBe(
        status === 401 ? 'Basic realm="app"' : undefined,
      );
      expect(answer.body).toContain(`/answers/${status}`);
    },
  );
});
