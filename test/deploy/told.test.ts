import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../peers/browser.ts";
import { isQuestion, methodOfQuestion, toldBy, valuesOf } from "./gate.ts";
import { sendLines } from "./raw-request.ts";
import { appUrl, setUp, variants, type Stand, type Variant } from "./stand.ts";

/** All that doorward may hear of a request's method and address, in the proxy's own dialect. */
function telling({ proxy }: Variant, method: string, uri: string): Record<string, string> {
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

describe.each(variants)("what doorward is told by $name", (variant) => {
  let stand: Stand;
  let ada: Browser;
  let cookie: string;

  beforeAll(async () => {
    stand = await setUp(variant);
    ada = await stand.signedIn("ada");
    cookie = await ada.jar.getCookieString(appUrl);
  });
  afterAll(() => stand.close());

  /** Some ask doorward under the address that they have for it, the others under the visitor's host. */
  function hostOfQuestion(): string {
    const isOwn = variant.proxy === "apisix" || variant.proxy === "traefik";
    return isOwn ? `127.0.0.1:${stand.gate.port}` : "app.example.com";
  }

  function lastQuestion() {
    const question = stand.gate.asked.findLast(isQuestion);
    if (question === undefined) throw new Error("doorward was not asked");
    return question;
  }

  it.each(["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"])(
    "is the visitor's own method %s, which the app gets too",
    async (method) => {
      const answer = await ada.ask(`${appUrl}/thing?a=1`, { method });

      expect(answer.status).toBe(200);
      expect(lastQuestion().method).toBe(methodOfQuestion(variant.proxy, method));
      expect(toldBy(lastQuestion())).toEqual(telling(variant, method, "/thing?a=1"));
      expect(valuesOf(lastQuestion(), "host")).toEqual([hostOfQuestion()]);
      expect(stand.app.heard.at(-1)).toMatchObject({ method, url: "/thing?a=1" });
    },
  );

  it.each<Record<string, string>>([
    { "X-Forwarded-Uri": "/spoofed", "X-Forwarded-Method": "SPOOFED" },
    { "X-Forwarded-Host": "spoofed.example", "X-Forwarded-Proto": "spoofed" },
    { "X-Original-URL": "https://spoofed.example/", "X-Original-Method": "SPOOFED" },
    { "X-Original-URL": `${appUrl}/spoofed` },
    { x_forwarded_uri: "/spoofed", x_original_url: "https://spoofed.example/" },
    { "X-Original-Uri": "/spoofed", "X-Auth-Request-Redirect": "/spoofed" },
    { "X-Forwarded-For": "spoofed", "X-Real-IP": "spoofed", Forwarded: "host=spoofed" },
    { "X-Forwarded-Prefix": "/spoofed", "X-Forwarded-Port": "spoofed" },
  ])("is nothing of what the visitor says with %o, and neither is the app", async (headers) => {
    const answer = await ada.ask(`${appUrl}/secret?a=1`, { headers });

    expect(answer.status).toBe(200);
    expect(toldBy(lastQuestion())).toEqual(telling(variant, "GET", "/secret?a=1"));
    expect(JSON.stringify(lastQuestion())).not.toMatch(/spoofed/i);
    expect(JSON.stringify(stand.app.heard.at(-1))).not.toMatch(/spoofed/i);
  });

  it("holds nothing of the visitor's query in the question's own", async () => {
    const answer = await ada.ask(`${appUrl}/x?allowed_groups=nobody&rd=https://evil.example`);

    const base = new URL(variant.site).pathname.replace(/\/$/, "");
    expect(answer.status).toBe(200);
    const own = lastQuestion().url.replace(/\?$/, "");
    const carried = "/x?allowed_groups=nobody&rd=https://evil.example";
    expect(own).toBe(`${base}/verify${variant.proxy === "envoy" ? carried : ""}`);
  });

  it.each(["Cookie, X-Forwarded-Uri, X-Forwarded-Host", "X-Original-URL, X-Original-Method"])(
    "stays whole when Connection names %s",
    async (names) => {
      const before = stand.app.heard.length;
      const questions = stand.gate.asked.length;
      const lines = ["GET /x HTTP/1.1", "Host: app.example.com", `Connection: close, ${names}`];

      const known = await sendLines(stand, ...lines, `Cookie: ${cookie}`);
      const unknown = await sendLines(stand, ...lines);

      // Envoy refuses whoever names a header of its own.
      const isRefused = variant.proxy === "envoy" && names.includes("X-Forwarded-Host");
      // Traefik takes the cookies off whoever says so.
      const isUnknown = variant.proxy === "traefik" && names.includes("Cookie");
      const whole = telling(variant, "GET", "/x");
      const first = isUnknown ? 401 : 200;
      expect([known.status, unknown.status]).toEqual(isRefused ? [400, 400] : [first, 401]);
      expect(stand.gate.asked.slice(questions).map(toldBy)).toEqual(
        isRefused ? [] : [whole, whole],
      );
      expect(stand.app.heard).toHaveLength(before + (isRefused || isUnknown ? 0 : 1));
    },
  );

  it("is the site in the request line, where Host names another one, or nothing at all", async () => {
    const target = ["GET http://app.example.com/secret HTTP/1.1", "Host: other.example"];
    const before = stand.gate.asked.length;

    const answer = await sendLines(stand, ...target, `Cookie: ${cookie}`);

    const questions = stand.gate.asked.slice(before);
    const isRefused = variant.proxy === "haproxy"; // by itself: RFC 9112 §3.2.2
    expect(answer.status).toBe(isRefused ? 400 : 200);
    expect(questions.map(toldBy)).toEqual(isRefused ? [] : [telling(variant, "GET", "/secret")]);
    expect(valuesOf(stand.app.heard.at(-1) ?? { headers: [] }, "host")).toEqual([
      "app.example.com",
    ]);
  });

  it("is the path byte for byte, for doorward alone to make sense of", async () => {
    const raw = "/public/..//admin/%2e%2e/x;a=1";

    const answer = await ada.ask(`${appUrl}/`, { target: raw });

    expect(answer.status).toBe(200);
    expect(toldBy(lastQuestion())).toEqual(telling(variant, "GET", raw));
  });

  it("has the session also where the cookies come in two lines, or the visitor has none", async () => {
    const before = stand.app.heard.length;
    const lines = ["GET /x HTTP/1.1", "Host: app.example.com", "Cookie: a=1", `Cookie: ${cookie}`];

    const answer = await sendLines(stand, ...lines);

    // Envoy joins them with a comma, and APISIX passes one on. Browsers send several over HTTP/2 alone, and
    // those are joined rightly.
    const isLost = variant.proxy === "envoy" || variant.proxy === "apisix";
    const cookies = stand.app.heard.slice(before).map((heard) =>
      valuesOf(heard, "cookie")
        .join("; ")
        .replace(/[; ]+$/, ""),
    );
    expect(answer.status).toBe(isLost ? 401 : 200);
    // Traefik cannot keep doorward's cookie from the app.
    const left = variant.proxy === "traefik" ? `a=1; ${cookie}` : "a=1";
    expect(cookies).toEqual(isLost ? [] : [left]);
  });

  it("has the session beside 7 KiB of other cookies, and 70 KiB are refused", async () => {
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
