import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { valuesOf } from "./gate.ts";
import { proxiesOfTests } from "./starters.ts";

const client = { clientId: "door", clientSecret: "a secret of the door" };
const hosts = ["app.example.com", "wiki.example.com"];
const [app, wiki] = ["https://app.example.com", "https://wiki.example.com"];
const accounts = [{ id: "ada", claims: { name: "Ada" } }];

describe.each(proxiesOfTests)("one site for many hosts, behind $name", ({ kind, start }) => {
  let issuer: Issuer;
  let doorward: TestDoorward;
  let echo: EchoApp;
  let proxy: Proxy;

  beforeAll(async () => {
    const redirectUris = [app, wiki].map((host) => `${host}/_auth/callback`);
    issuer = await startIssuer({ accounts, ...client, redirectUris });
    const config = configOf({
      url: "https://{host}/_auth",
      hosts: ["example.com"],
      providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
      access: { anyone: true },
      // Printed as a host of its own; the other one only as a part of *.example.com.
      rules: [{ host: "app.example.com", allow: "signed-in" }],
    });
    doorward = await startDoorward(config);
    echo = await startEchoApp();
    const { files } = proxyFiles(config, kind);
    proxy = await start({ files, hosts, doorwardPort: doorward.port, appPort: echo.port });
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([doorward.close(), echo.close(), issuer.close()]);
  });

  const newBrowser = () => new Browser(new Map(hosts.map((host) => [`${host}:443`, proxy.https])));

  it("signs in at each host by itself, and passes the identity on to its app", async () => {
    const browser = newBrowser();

    const first = await browser.signIn(`${app}/x`, "ada");
    const before = await browser.ask(`${wiki}/y`, { headers: navigation });
    const second = await browser.signIn(`${wiki}/y`, "ada");

    expect(first).toMatchObject({ url: `${app}/x`, status: 200 });
    expect(before.headers.location).toBe(
      `${wiki}/_auth/start?rd=${encodeURIComponent(`${wiki}/y`)}`,
    );
    expect(second).toMatchObject({ url: `${wiki}/y`, status: 200 });
    expect(valuesOf(echo.heard.at(-1) ?? { headers: [] }, "x-auth-request-user")).toEqual(["ada"]);
  });

  it("takes the session of one host at no other", async () => {
    const browser = newBrowser();
    await browser.signIn(`${app}/`, "ada");
    const Cookie = await browser.jar.getCookieString(app);
    const ask = async (url: string) =>
      (await newBrowser().ask(url, { headers: { Cookie } })).status;

    expect(Cookie).toMatch(/^__Host-doorward-[0-9a-f]{6}=/);
    expect(await ask(`${app}/`)).toBe(200);
    expect(await ask(`${wiki}/`)).toBe(401);
  });

  it.each([app, wiki])("hides /verify from visitors of %s", async (host) => {
    const headers = {
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "app.example.com",
      "X-Forwarded-Uri": "/",
    };

    expect((await newBrowser().ask(`${host}/_auth/verify`, { headers })).status).toBe(404);
  });
});
