import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, send, type Browser } from "../peers/browser.ts";
import { converse, shakeHands } from "../peers/websocket.ts";
import { isAuthRequest, authRequestMethod, valuesOf } from "./gate.ts";
import { appUrl, setUp, variants, type Stand } from "./stand.ts";

const mebibyte = Buffer.alloc(1024 * 1024, "a body ");

describe.each(variants)("traffic through $name", (variant) => {
  let stand: Stand;
  let ada: Browser;

  beforeAll(async () => {
    stand = await setUp(variant);
    ada = await stand.signedIn("ada");
  });
  afterAll(() => stand.close());

  it.each([
    ["whole", { "Content-Length": String(mebibyte.length) }],
    ["in chunks", { "Transfer-Encoding": "chunked" }],
  ])("a body of 1 MiB sent %s reaches the app, and not doorward", async (_, headers) => {
    const before = stand.gate.asked.length;

    const answer = await ada.ask(`${appUrl}/upload`, { method: "POST", headers, body: mebibyte });

    expect(answer.status).toBe(200);
    expect(stand.app.heard.at(-1)).toMatchObject({ method: "POST", bodyBytes: mebibyte.length });
    const [authRequest, ...more] = stand.gate.asked.slice(before);
    expect(authRequest).toMatchObject({
      method: authRequestMethod(variant.proxy, "POST"),
      bodyBytes: 0,
    });
    expect(more).toEqual([]);
    expect(valuesOf(authRequest ?? { headers: [] }, "transfer-encoding")).toEqual([]);
  });

  it.each([
    ["allowed", () => ada, {}, 200],
    ["without a session", () => stand.newBrowser(), {}, 401],
    [
      "sent to sign in",
      () => stand.newBrowser(),
      navigation,
      variant.proxy === "nginx" ? 303 : 302,
    ],
  ])("50 requests %s need at most two connections", async (_, by, headers, status) => {
    const browser = by();
    const { connections } = stand.gate;
    const connectionsOfApp = stand.app.connections;
    const asked = stand.gate.asked.length;
    const statuses = new Set<number>();

    for (let count = 0; count < 50; count++) {
      statuses.add((await browser.ask(`${appUrl}/x`, { headers })).status);
    }

    expect([...statuses]).toEqual([status]);
    expect(stand.gate.asked).toHaveLength(asked + 50);
    expect(stand.gate.connections - connections).toBeLessThanOrEqual(2);
    expect(stand.app.connections - connectionsOfApp).toBeLessThanOrEqual(2);
  });

  it("a WebSocket with a session works in both directions", async () => {
    const cookie = await ada.jar.getCookieString(appUrl);
    const { https } = stand.proxy;

    const { status, socket } = await shakeHands("wss://app.example.com/socket?a=1", https, {
      Cookie: cookie,
      "X-Auth-Request-User": "evil",
    });
    const answer = await converse(socket, "hello app");

    expect(status).toBe(101);
    expect(answer).toBe("hello app");
    const heard = stand.app.heard.at(-1);
    expect(heard).toMatchObject({ method: "GET", url: "/socket?a=1" });
    expect(valuesOf(heard ?? { headers: [] }, "x-auth-request-user")).toEqual(["ada"]);
    const authRequest = stand.gate.asked.findLast(isAuthRequest) ?? { headers: [] };
    const hopByHop = ["upgrade", "connection"].flatMap((name) => valuesOf(authRequest, name));
    expect(hopByHop.join()).not.toMatch(/upgrade|websocket/i);
    socket.terminate();
  });
});

// Traefik passes on any Upgrade header.
describe.each(variants.filter(({ proxy }) => proxy !== "traefik"))(
  "a change of protocol, behind $name",
  (variant) => {
    it("is possible only with a WebSocket handshake", async () => {
      const stand = await setUp(variant);
      const ada = await stand.signedIn("ada");

      const answer = await ada.ask(`${appUrl}/x`, {
        headers: {
          Upgrade: "h2c",
          Connection: "Upgrade, HTTP2-Settings",
          "HTTP2-Settings": "AAMA",
        },
      });

      expect(answer.status).toBe(200);
      expect(stand.app.heard.at(-1)).toMatchObject({ url: "/x" });
      await stand.close();
    });
  },
);

describe.each(variants.slice(0, 1))(
  "an auth request with the headers of a WebSocket handshake",
  (variant) => {
    it("is answered like any other, and the connection stays usable", async () => {
      const stand = await setUp(variant);
      const asking = (headers: Record<string, string>) =>
        send(`http://127.0.0.1:${stand.gate.port}/verify`, new Map(), {
          headers: {
            "X-Forwarded-Method": "GET",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "app.example.com",
            "X-Forwarded-Uri": "/socket",
            ...headers,
          },
        });

      const answer = await asking({ Connection: "Upgrade", Upgrade: "websocket" });
      const next = await asking({});

      expect([answer.status, next.status]).toEqual([401, 401]);
      await stand.close();
    });
  },
);
