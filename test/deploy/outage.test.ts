import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { shakeHands } from "../peers/websocket.ts";
import { appUrl, setUp, variants, type Stand, type Variant } from "./stand.ts";

const notNow = {
  status: 503,
  headers: expect.objectContaining({ "retry-after": "5", "cache-control": "no-store" }),
  body: expect.stringContaining("Please try again in a moment."),
};

/** What is shown where doorward gives no verdict, and where its own pages are out of reach. */
function notNowBy({ proxy }: Variant) {
  // These two have no words of their own for it.
  if (proxy === "apisix") return { verdict: { status: 503 }, page: { status: 502 } };
  if (proxy === "traefik") return { verdict: { status: 500 }, page: { status: 502 } };
  return { verdict: notNow, page: notNow };
}

describe.each(variants)("a doorward that fails, behind $name", (variant) => {
  let stand: Stand;
  let ada: Browser;

  beforeAll(async () => {
    stand = await setUp(variant);
    ada = await stand.signedIn("ada");
  });
  afterAll(() => stand.close());

  it("lets nobody pass while it is stopped, and says so; and does its work as soon as it is back", async () => {
    const before = stand.app.heard.length;
    await stand.gate.shut();

    const page = await ada.ask(`${appUrl}/x`, { headers: navigation });
    const script = await stand.newBrowser().ask(`${appUrl}/api`);
    const start = await ada.ask(`${variant.site}/start`, { headers: navigation });
    const socket = await shakeHands("wss://app.example.com/socket", stand.proxy.https, {
      Cookie: await ada.jar.getCookieString(appUrl),
    });
    const untouched = stand.app.heard.length;
    await stand.gate.reopen();
    const after = await ada.ask(`${appUrl}/x`);

    const { verdict, page: ownPage } = notNowBy(variant);
    expect([page, script, start]).toMatchObject([verdict, verdict, ownPage]);
    expect(socket.status).toBe(verdict.status);
    expect(untouched).toBe(before);
    expect(after.status).toBe(200);
  });

  // Caddy shows what it is told; nginx makes 500 of whatever is no verdict, and the configuration 503. The
  // script for HAProxy takes what may be stored for somebody else's answer.
  it.each([
    [500, { nginx: 503, caddy: 500, haproxy: 503, envoy: 503, apisix: 500, traefik: 500 }],
    [503, { nginx: 503, caddy: 503, haproxy: 503, envoy: 503, apisix: 503, traefik: 503 }],
    [404, { nginx: 503, caddy: 404, haproxy: 503, envoy: 404, apisix: 404, traefik: 404 }],
    [302, { nginx: 503, caddy: 302, haproxy: 503, envoy: 302, apisix: 302, traefik: 302 }],
  ])("lets nobody pass with an answer of %i", async (said, seen) => {
    const { answer: doorward } = stand.gate;
    const before = stand.app.heard.length;
    stand.gate.answer = (_, response) =>
      response.writeHead(said, { "Content-Length": 0, "X-Auth-Request-User": "ada" }).end();

    const answer = await ada.ask(`${appUrl}/x`);

    expect(answer.status).toBe(seen[variant.proxy]);
    expect(stand.app.heard).toHaveLength(before);
    stand.gate.answer = doorward;
  });
});

// Traefik waits for half a minute, and no setting of it changes that.
const patient = variants.filter(({ proxy }) => proxy !== "traefik");

describe.concurrent.each(patient)("a doorward that hangs, behind $name", (variant) => {
  it("lets nobody pass, and the visitor waits no longer than six seconds", async () => {
    const stand = await setUp(variant);
    const ada = await stand.signedIn("ada");
    const before = stand.app.heard.length;
    stand.gate.answer = () => {};
    const started = performance.now();

    const answer = await ada.ask(`${appUrl}/x`, { headers: navigation });

    expect(answer).toMatchObject(notNowBy(variant).verdict);
    expect(performance.now() - started).toBeLessThan(6_000);
    expect(stand.app.heard).toHaveLength(before);
    await stand.close();
  });
});
