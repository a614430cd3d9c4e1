import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../peers/browser.ts";
import { isAuthRequest, authRequestMethod, forwardedHeaders, valuesOf } from "./gate.ts";
import { sendLines } from "./raw-request.ts";
import { spoofs } from "./spoofs.ts";
import { appUrl, setUp, variants, type Stand, type Variant } from "./stand.ts";
import type { ProxyKind } from "./starters.ts";

/** The only headers that may describe the request's method and URL, in the proxy's dialect. */
function expectedHeaders({ proxy }: Variant, method: string, uri: string): Record<string, string> {
  if (proxy === "nginx")
    return { "x-original-method": method, "x-original-url": `${appUrl}${uri}` };
  if (proxy === "envoy") return { method, uri, "x-forwarded-proto": "https" };
  return {
    "x-forwarded-method": method,
    "x-forwarded-proto": "https",
    "x-forwarded-host": new URL(appUrl).host,
    "x-forwarded-uri": uri,
  };
}

describe.each(variants)("the auth request of $name", (variant) => {
  let stand: Stand;
  let ada: Browser;
  let cookie: string;

  beforeAll(async () => {
    stand = await setUp(variant);
    ada = await stand.signedIn("ada");
    cookie = await ada.jar.getCookieString(appUrl);
  });
  afterAll(() => stand.close());

  /** APISIX and Traefik send doorward's own address as Host, the others the visitor's host. */
  function expectedHost(): string {
    const isOwn = variant.proxy === "apisix" || variant.proxy === "traefik";
    return isOwn ? `127.0.0.1:${stand.gate.port}` : "app.example.com";
  }

  function lastAuthRequest() {
    const authRequest = stand.gate.asked.findLast(isAuthRequest);
    if (authRequest === undefined) throw new Error("doorward was not asked");
    return authRequest;
  }

  it.each(["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])(
    "has the visitor's method %s, and so has the request to the app",
    async (method) => {
      const answer = await ada.ask(`${appUrl}/thing?a=1`, { method });

      expect(answer.status).toBe(200);
      expect(lastAuthRequest().method).toBe(authRequestMethod(variant.proxy, method));
      expect(forwardedHeaders(lastAuthRequest())).toEqual(
        expectedHeaders(variant, method, "/thing?a=1"),
      );
      expect(valuesOf(lastAuthRequest(), "host")).toEqual([expectedHost()]);
      expect(stand.app.heard.at(-1)).toMatchObject({ method, url: "/thing?a=1" });
    },
  );

  it.each(spoofs)(
    "ignores %o from the visitor, and so does the request to the app",
    async (headers) => {
      const answer = await ada.ask(`${appUrl}/secret?a=1`, { headers });

      expect(answer.status).toBe(200);
      expect(forwardedHeaders(lastAuthRequest())).toEqual(
        expectedHeaders(variant, "GET", "/secret?a=1"),
      );
      expect(JSON.stringify(lastAuthRequest())).not.toMatch(/spoofed/i);
      expect(JSON.stringify(stand.app.heard.at(-1))).not.toMatch(/spoofed/i);
    },
  );

  it("does not contain the visitor's query in its own query", async () => {
    const answer = await ada.ask(`${appUrl}/x?allowed_groups=none&rd=https://evil.example`);

    const base = new URL(variant.site).pathname.replace(/\/$/, "");
    expect(answer.status).toBe(200);
    const own = lastAuthRequest().url.replace(/\?$/, "");
    const written: Partial<Record<ProxyKind, string>> = {
      envoy: "/x?allowed_groups=none&rd=https://evil.example",
      nginx: "?identity_headers=refuse",
    };
    expect(own).toBe(`${base}/verify${written[variant.proxy] ?? ""}`);
  });

  it.each(["Cookie, X-Forwarded-Uri, X-Forwarded-Host", "X-Original-URL, X-Original-Method"])(
    "keeps its headers if Connection names %s",
    async (names) => {
      const before = stand.app.heard.length;
      const authRequests = stand.gate.asked.length;
      const lines = ["GET /x HTTP/1.1", "Host: app.example.com", `Connection: close, ${names}`];

      const known = await sendLines(stand, ...lines, `Cookie: ${cookie}`);
      const unknown = await sendLines(stand, ...lines);

      // Envoy refuses a request whose Connection names one of its own headers.
      const isRefused = variant.proxy === "envoy" && names.includes("X-Forwarded-Host");
      // Traefik removes Cookie if Connection names it.
      const isUnknown = variant.proxy === "traefik" && names.includes("Cookie");
      const whole = expectedHeaders(variant, "GET", "/x");
      const first = isUnknown ? 401 : 200;
      expect([known.status, unknown.status]).toEqual(isRefused ? [400, 400] : [first, 401]);
      expect(stand.gate.asked.slice(authRequests).map(forwardedHeaders)).toEqual(
        isRefused ? [] : [whole, whole],
      );
      expect(stand.app.heard).toHaveLength(before + (isRefused || isUnknown ? 0 : 1));
    },
  );

  it("has the host of the request line if Host names another, or is not sent at all", async () => {
    const target = ["GET http://app.example.com/secret HTTP/1.1", "Host: other.example"];
    const before = stand.gate.asked.length;

    const answer = await sendLines(stand, ...target, `Cookie: ${cookie}`);

    const authRequests = stand.gate.asked.slice(before);
    const isRefused = variant.proxy === "haproxy"; // by itself: RFC 9112 §3.2.2
    expect(answer.status).toBe(isRefused ? 400 : 200);
    expect(authRequests.map(forwardedHeaders)).toEqual(
      isRefused ? [] : [expectedHeaders(variant, "GET", "/secret")],
    );
    expect(valuesOf(stand.app.heard.at(-1) ?? { headers: [] }, "host")).toEqual([
      "app.example.com",
    ]);
  });

  it.each([
    ["/public/..//admin/%2e%2e/x;a=1", "/x;a=1"],
    ["/a//b/./c", "/a/b/c"],
    ["/a%2fb%2e%2E%5c", "/a%2Fb..%5C"],
    ["/%61/%C3%a4?q=//%2f", "/a/%C3%A4?q=//%2f"],
    ["/a/..;/b%3fc", "/a/..;/b%3Fc"],
  ])("has the path that the app gets, byte for byte: %s", async (raw, cleaned) => {
    const answer = await ada.ask(`${appUrl}/`, { target: raw });

    // Traefik cleans a path before it asks; the others leave it as it is.
    const seen = variant.proxy === "traefik" ? cleaned : raw;
    expect(answer.status).toBe(200);
    expect(forwardedHeaders(lastAuthRequest())).toEqual(expectedHeaders(variant, "GET", seen));
    expect(stand.app.heard.at(-1)?.url).toBe(seen);
  });

  it("has the session cookie from two Cookie lines, or the visitor gets 401", async () => {
    const before = stand.app.heard.length;
    const lines = ["GET /x HTTP/1.1", "Host: app.example.com", "Cookie: a=1", `Cookie: ${cookie}`];

    const answer = await sendLines(stand, ...lines);

    // Envoy joins the lines with a comma, and APISIX passes on one of them. Browsers send several lines only over
    // HTTP/2, and those are joined correctly.
    const isLost = variant.proxy === "envoy" || variant.proxy === "apisix";
    const cookies = stand.app.heard.slice(before).map((heard) =>
      valuesOf(heard, "cookie")
        .join("; ")
        .replace(/[; ]+$/, ""),
    );
    expect(answer.status).toBe(isLost ? 401 : 200);
    // Traefik cannot remove doorward's cookie.
    const left = variant.proxy === "traefik" ? `a=1; ${cookie}` : "a=1";
    expect(cookies).toEqual(isLost ? [] : [left]);
  });

  it("has the session cookie along with 7 KiB of other cookies; 70 KiB are refused", async () => {
    const before = stand.app.heard.length;

    const long = await ada.ask(`${appUrl}/x`, {
      headers: { Cookie: `a=${"x".repeat(7 * 1024)}; ${cookie}` },
    });
    const tooLong = await ada.ask(`${appUrl}/x`, {
      headers: { Cookie: `a=${"x".repeat(70 * 1024)}; ${cookie}` },
    });

    expect(long.status).toBe(200);
    expect([400, 431]).toContain(tooLong.status);
    expect(stand.app.heard).toHaveLength(before + 1);
  });
});
