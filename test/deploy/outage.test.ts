import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { shakeHands } from "../peers/websocket.ts";
import { appUrl, setUp, variants, type Stand, type Variant } from "./stand.ts";

const notNow = {
  status: 503,
  headers: expect.objectContaining({ "retry-after": "5", "cache-control": "no-store" }),
  body: expect.stringContaining("Please try again in a moment."),
};

/** The response if doorward does not answer the auth request, and if its own pages are unreachable. */
function notNowBy({ proxy }: Variant) {
  // These two proxies have no configurable error page.
  if (proxy === "apisix") return { decision: { status: 503 }, page: { status: 502 } };
  if (proxy === "traefik") return { decision: { status: 500 }, page: { status: 502 } };
  return { decision: notNow, page: notNow };
}

describe.each(variants)("a doorward that fails, behind $name", (variant) => {
  let stand: Stand;
  let ada: Browser;

  beforeAll(async () => {
    stand = await setUp(variant);
    ada = await stand.signedIn("ada");
  });
  afterAll(() => stand.close());

  it("denies every request while it is stopped, and works again as soon as it is back", async () => {
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

    const { decision, page: ownPage } = notNowBy(variant);
    expect([page, script, start]).toMatchObject([decision, decision, ownPage]);
    expect(socket.status).toBe(decision.status);
    expect(untouched).toBe(before);
    expect(after.status).toBe(200);
  });

  // Caddy passes on the status. nginx turns an unexpected status into 500, and the configuration turns that into
  // 503. The script for HAProxy ignores a response without Cache-Control: no-store.
  it.each([
    [500, { nginx: 503, caddy: 500, haproxy: 503, envoy: 503, apisix: 500, traefik: 500 }],
    [503, { nginx: 503, caddy: 503, haproxy: 503, envoy: 503, apisix: 503, traefik: 503 }],
    [404, { nginx: 503, caddy: 404, haproxy: 503, envoy: 404, apisix: 404, traefik: 404 }],
    [302, { nginx: 503, caddy: 302, haproxy: 503, envoy: 302, apisix: 302, traefik: 302 }],
  ])("denies the request if it answers %i", async (sent, seen) => {
    const { answer: doorward } = stand.gate;
    const before = stand.app.heard.length;
    stand.gate.answer = (_, response) =>
      response.writeHead(sent, { "Content-Length": 0, "X-Auth-Request-User": "ada" }).end();

    const answer = await ada.ask(`${appUrl}/x`);

    expect(answer.status).toBe(seen[variant.proxy]);
    expect(stand.app.heard).toHaveLength(before);
    stand.gate.answer = doorward;
  });
});

// Traefik waits 30 seconds, and has no setting for that.
const patient = variants.filter(({ proxy }) => proxy !== "traefik");

describe.concurrent.each(patient)("a doorward that hangs, behind $name", (variant) => {
  it("denies the request after about five seconds, and not after the proxy's own fifteen or more", async () => {
    const stand = await setUp(variant);
    const ada = await stand.signedIn("ada");
    const before = stand.app.heard.length;
    stand.gate.answer = () => {};
    const started = performance.now();

    const answer = await ada.ask(`${appUrl}/x`, { headers: navigation });

    expect(answer).toMatchObject(notNowBy(variant).decision);
    expect(performance.now() - started).toBeLessThan(12_000);
    expect(stand.app.heard).toHaveLength(before);
    await stand.close();
  });
});
