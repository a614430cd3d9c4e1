import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { navigation, send, type Browser } from "../peers/browser.ts";
import { converse, shakeHands } from "../peers/websocket.ts";
import { isQuestion, methodOfQuestion, valuesOf } from "./gate.ts";
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
  ])("brings 1 MiB sent %s to the app, and none of it to doorward", async (_, headers) => {
    const before = stand.gate.asked.length;

    const answer = await ada.ask(`${appUrl}/upload`, { method: "POST", headers, body: mebibyte });

    expect(answer.status).toBe(200);
    expect(stand.app.heard.at(-1)).toMatchObject({ method: "POST", bodyBytes: mebibyte.length });
    const [question, ...more] = stand.gate.asked.slice(before);
    expect(question).toMatchObject({
      method: methodOfQuestion(variant.proxy, "POST"),
      bodyBytes: 0,
    });
    expect(more).toEqual([]);
    expect(valuesOf(question ?? { headers: [] }, "transfer-encoding")).toEqual([]);
  });

  it.each([
    ["allowed", () => ada, {}, 200],
    ["that have no session", () => stand.newBrowser(), {}, 401],
    [
      "sent to sign in",
      () => stand.newBrowser(),
      navigation,
      variant.proxy === "nginx" ? 303 : 302,
    ],
  ])("asks about 50 requests %s over two connections at most", async (_, by, headers, status) => {
    const browser = by();
    const { connections } = stand.gate;
    const connectionsOfApp = stand.app.connections;
    const questions = stand.gate.asked.length;
    const statuses = new Set<number>();

    for (let count = 0; count < 50; count++) {
      statuses.add((await browser.ask(`${appUrl}/x`, { headers })).status);
    }

    expect([...statuses]).toEqual([status]);
    expect(stand.gate.asked).toHaveLength(questions + 50);
    expect(stand.gate.connections - connections).toBeLessThanOrEqual(2);
    expect(stand.app.connections - connectionsOfApp).toBeLessThanOrEqual(2);
  });

  it("lets a WebSocket through with a session, both ways", async () => {
    const cookie = await ada.jar.getCookieString(appUrl);
    const { https } = stand.proxy;

    const { status, socket } = await shakeHands("wss://app.example.com/socket?a=1", https, {
      Cookie: cookie,
      "X-Auth-Request-User": "evil",
    });
    const answer = await converse(socket, "anybody there?");

    expect(status).toBe(101);
    expect(answer).toBe("anybody there?");
    const heard = stand.app.heard.at(-1);
    expect(heard).toMatchObject({ method: "GET", url: "/socket?a=1" });
    expect(valuesOf(heard ?? { headers: [] }, "x-auth-request-user")).toEqual(["ada"]);
    const question = stand.gate.asked.findLast(isQuestion) ?? { headers: [] };
    const hopByHop = ["upgrade", "connection"].flatMap((name) => valuesOf(question, name));
    expect(hopByHop.join()).not.toMatch(/upgrade|websocket/i);
    socket.terminate();
  });
});

// Traefik passes on whatever Upgrade says.
describe.each(variants.filter(({ proxy }) => proxy !== "traefik"))(
  "a change of protocol, behind $name",
  (variant) => {
    it("lets no request but a WebSocket handshake change the protocol", async () => {
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

describe("a proxy that passes the handshake's own headers on to doorward", () => {
  it("is answered as for any other request, and the connection serves the next", async () => {
    const stand = await setUp(variants[2]);
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
});
