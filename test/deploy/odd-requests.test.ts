import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser } from "../peers/browser.ts";
import { valuesOf } from "./gate.ts";
import { sendLines } from "./raw-request.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

/** 24 KB in three headers, each below a proxy's limit for a line. */
const longHead = ["a", "b", "c"].map((name) => `X-Long-${name}: ${"x".repeat(7_900)}`);
/** What the app hears of an identity header without a value. */
const none = new Set(["Debian's nginx", "nginx 1.31", "Caddy 2.11"]);

const mounted = variants.filter(({ name }) => name.endsWith("mounted"));

describe.each(mounted)("what the READMEs say of $program", (variant) => {
  const { program } = variant;
  let stand: Stand;
  let ada: Browser;
  let head: string[];

  beforeAll(async () => {
    stand = await setUp(variant);
    ada = await stand.signedIn("ada");
    head = ["Host: app.example.com", `Cookie: ${await ada.jar.getCookieString(appUrl)}`];
  });
  afterAll(() => stand.close());

  it("Envoy answers HTTP/1.0 with 426, and the others let a signed-in visitor pass", async () => {
    const { status } = await sendLines(stand, "GET /x HTTP/1.0", ...head);

    expect(status).toBe(program === "Envoy 1.40" ? 426 : 200);
  });

  it("a head of 24 KB passes, but not through HAProxy, and not through Caddy since 2.11", async () => {
    const { status } = await sendLines(stand, "GET /x HTTP/1.1", ...head, ...longHead);

    const refused: Record<string, number> = {
      "Caddy 2.11": 431,
      "Debian's HAProxy": 400,
      "HAProxy 2.8": 400,
    };
    expect(status).toBe(refused[program] ?? 200);
  });

  it("an identity header without a value is empty or absent, also if the visitor sends one", async () => {
    const carol = await stand.signedIn("carol"); // has no email address
    const headers = { "X-Auth-Request-Email": "forged@example.com" };

    await carol.ask(`${appUrl}/x`, { headers });

    const heard = stand.app.heard.at(-1) ?? { headers: [] };
    expect(valuesOf(heard, "x-auth-request-user")).toEqual(["carol"]);
    expect(valuesOf(heard, "x-auth-request-email")).toEqual(none.has(program) ? [] : [""]);
  });

  // To any other protocol: the app of these tests answers a handshake that is none of a WebSocket with 400.
  it("only Traefik passes an upgrade on, and not to h2c", async () => {
    const upgrade = async (protocol: string) => {
      const before = stand.app.heard.length;
      const headers = { Connection: "Upgrade", Upgrade: protocol };
      const { status } = await ada.ask(`${appUrl}/x`, { headers });
      const heard = stand.app.heard.slice(before);
      return { status, passed: heard.flatMap((one) => valuesOf(one, "upgrade")) };
    };

    const foo = await upgrade("foo");
    const h2c = await upgrade("h2c");

    expect(foo).toEqual(
      {
        "Traefik 3.7": { status: 400, passed: ["foo"] },
        "Envoy 1.40": { status: 403, passed: [] },
      }[program] ?? { status: 200, passed: [] },
    );
    expect(h2c).toEqual({ status: 200, passed: [] });
  });
});
