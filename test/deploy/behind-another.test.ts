import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser, type Ask } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { forwardedHeaders, isAuthRequest, openGate, type Gate } from "./gate.ts";
import { ownAddresses } from "./own-addresses.ts";
import { behindAnother, type Behind } from "./outer-proxy.ts";
import { spoofs } from "./spoofs.ts";
import { proxiesOfTests, type TestedProxy } from "./starters.ts";

const visitor = "198.51.100.7";
const app = "https://app.example.com";
const config = configOf({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
  trustedProxies: ["loopback", "private", ...ownAddresses()],
  rules: [
    { host: "app.example.com", path: "/by-address", ip: visitor, allow: "public" },
    { host: "app.example.com", path: "/public/**", methods: ["GET"], allow: "public" },
    { host: "other.example.com", allow: "public" },
  ],
});

const hosts = ["app.example.com", "auth.example.com", "other.example.com"];

/** Each would make another request of it, for which the rules need no session. */
const escalations: Record<string, string>[] = [
  { "X-Forwarded-Uri": "/public/x", "X-Forwarded-Method": "GET" },
  { "X-Forwarded-Host": "other.example.com" },
  { "X-Original-URL": `${app}/public/x`, "X-Original-Method": "GET" },
  {
    "X-Forwarded-Uri": "/public/x",
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Host": "other.example.com",
    "X-Original-URL": "https://other.example.com/public/x",
    "X-Original-Method": "GET",
  },
];

/** The proxy with its printed files, and what its README adds for a proxy behind another proxy. */
async function setUp({ kind, start }: TestedProxy, isTrusted: boolean) {
  const doorward = await startDoorward(config);
  const gate = await openGate(doorward.app.listener);
  const echo = await startEchoApp();
  const { files } = proxyFiles(config, kind);
  const behind = isTrusted ? await behindAnother[kind](files) : undefined;
  const wiring = {
    files: behind?.files ?? files,
    hosts,
    doorwardPort: gate.port,
    appPort: echo.port,
  };
  const proxy = await start(wiring);
  return { doorward, gate, echo, proxy, behind };
}

async function tearDown({
  doorward,
  gate,
  echo,
  proxy,
  behind,
}: Awaited<ReturnType<typeof setUp>>) {
  await behind?.close();
  await proxy.stop();
  await Promise.all([gate.shut(), echo.close(), doorward.close()]);
}

describe.each(proxiesOfTests)(
  "$name behind another proxy that passes on what visitors send",
  (tested) => {
    let stand: {
      readonly doorward: TestDoorward;
      readonly gate: Gate;
      readonly echo: EchoApp;
      readonly proxy: Proxy;
      readonly behind: Behind | undefined;
    };
    beforeAll(async () => {
      stand = await setUp(tested, true);
    });
    afterAll(() => tearDown(stand));

    /** A request through the outer proxy, which appends the visitor's address and sets the scheme. */
    async function ask(path: string, { headers, ...rest }: Ask, address: string) {
      const { behind, proxy } = stand;
      const port = (await behind?.portFor(address, proxy)) ?? proxy.https;
      const [authRequests, requests] = [stand.gate.asked.length, stand.echo.heard.length];
      const before = headers?.["X-Forwarded-For"];
      const answer = await new Browser(new Map([["app.example.com:443", port]])).ask(app, {
        ...rest,
        target: path,
        headers: {
          ...headers,
          "X-Forwarded-For": before === undefined ? address : `${String(before)}, ${address}`,
          "X-Forwarded-Proto": "https",
        },
      });
      return {
        status: answer.status,
        asked: stand.gate.asked.slice(authRequests).filter(isAuthRequest),
        heard: stand.echo.heard.slice(requests),
      };
    }

    it.each([
      ["in its header", visitor, {}, 200],
      ["of another visitor", "198.51.100.8", {}, 401],
      ["that another visitor claims", "198.51.100.8", { "X-Forwarded-For": visitor }, 401],
      ["after one that the visitor claims", visitor, { "X-Forwarded-For": "198.51.100.8" }, 200],
    ])("decides by the address %s", async (_, address, headers, status) => {
      expect((await ask("/by-address", { headers }, address)).status).toBe(status);
    });

    it.each([...escalations, ...spoofs])(
      "asks about the real request, and the app gets no other, despite %o",
      async (headers) => {
        const denied = await ask("/secret", { method: "DELETE", headers }, visitor);
        const allowed = await ask("/public/page", { headers }, visitor);

        expect([denied.status, denied.heard]).toEqual([401, []]);
        expect([allowed.status, allowed.heard.length]).toEqual([200, 1]);
        const spoofed = /spoofed|other\.example\.com|\/public\/x/i;
        for (const authRequest of [...denied.asked, ...allowed.asked])
          expect(JSON.stringify(forwardedHeaders(authRequest))).not.toMatch(spoofed);
        expect(allowed.heard[0]).toMatchObject({ method: "GET", url: "/public/page" });
        const passed = allowed.heard[0]?.headers.filter(([name]) => !isFromOuter(name));
        expect(JSON.stringify(passed)).not.toMatch(spoofed);
      },
    );

    /** The outer proxy's own headers: the README requires that it sets them. */
    function isFromOuter(name: string): boolean {
      return /^x-(forwarded-(for|proto)|real-ip|forwarded-port)$/i.test(name);
    }
  },
);

describe.each(proxiesOfTests)("$name without such a proxy", (tested) => {
  it("decides by the address of the direct peer", async () => {
    const stand = await setUp(tested, false);
    const browser = new Browser(new Map([["app.example.com:443", stand.proxy.https]]));

    const headers = { "X-Forwarded-For": visitor };
    const answer = await browser.ask(`${app}/by-address`, { headers });

    await tearDown(stand);
    expect(answer.status).toBe(401);
  });
});
