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
const hosts = ["auth.example.com", "app.example.com", "wiki.example.com", "blog.example.org"];
const [auth, app, wiki, blog] = hosts.map((host) => `https://${host}`) as [
  string,
  string,
  string,
  string,
];
const accounts = [
  { id: "ada", claims: { name: "Ada" } },
  { id: "bob", claims: { name: "Bob" } },
];

describe.each(proxiesOfTests)("a session for each host, behind $name", ({ kind, start }) => {
  let issuer: Issuer;
  let doorward: TestDoorward;
  let echo: EchoApp;
  let proxy: Proxy;

  beforeAll(async () => {
    issuer = await startIssuer({ accounts, ...client, redirectUris: [`${auth}/callback`] });
    const config = configOf({
      url: auth,
      hosts: ["example.com", "example.org"],
      session: { perHost: true },
      providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
      access: { anyone: true },
      // Printed as hosts of their own; wiki only as a part of *.example.com.
      rules: [
        { host: "app.example.com", allow: "signed-in" },
        { host: "blog.example.org", allow: { subjects: ["ada"] } },
      ],
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

  it("signs in once, for hosts under different domains", async () => {
    const browser = newBrowser();

    const challenge = await browser.ask(`${app}/x?y=1`, { headers: navigation });
    const first = await browser.signIn(`${app}/x?y=1`, "ada");
    const second = await browser.open(`${wiki}/y`);
    const third = await browser.open(`${blog}/z`);

    expect(challenge.headers.location).toBe(
      `${auth}/start?rd=${encodeURIComponent(`${app}/x?y=1`)}`,
    );
    expect(first).toMatchObject({ url: `${app}/x?y=1`, status: 200 });
    expect(second).toMatchObject({ url: `${wiki}/y`, status: 200 });
    expect(third).toMatchObject({ url: `${blog}/z`, status: 200 });
    expect(valuesOf(echo.heard.at(-1) ?? { headers: [] }, "x-auth-request-user")).toEqual(["ada"]);
  });

  it("gives each host a cookie that no other host has or can use", async () => {
    const browser = newBrowser();
    await browser.signIn(`${app}/`, "ada");
    await browser.open(`${wiki}/`);
    const cookies = await Promise.all(
      [auth, app, wiki].map((host) => browser.jar.getCookieString(host)),
    );
    const ask = async (url: string, Cookie: string) =>
      (await newBrowser().ask(url, { headers: { Cookie } })).status;

    expect(new Set(cookies).size).toBe(3);
    for (const pair of cookies.flatMap((list) => list.split("; ")))
      expect(pair).toMatch(/^__Host-doorward-[0-9a-f]{6}[=-]/);
    const [ofAuth = "", ofApp = "", ofWiki = ""] = cookies;
    expect(await ask(`${app}/`, ofApp)).toBe(200);
    for (const other of [ofAuth, ofWiki]) expect(await ask(`${app}/`, other)).toBe(401);
    expect(await ask(`${wiki}/`, ofApp)).toBe(401);
  });

  it("signs out of all hosts at any one of them", async () => {
    const browser = newBrowser();
    await browser.signIn(`${app}/`, "ada");
    await browser.open(`${blog}/`);

    const out = await browser.open(`${blog}/_auth/sign_out`);
    const statuses = [];
    for (const host of [app, blog])
      statuses.push((await browser.ask(host, { headers: { Accept: "*/*" } })).status);

    expect(out.status).toBe(200);
    expect(statuses).toEqual([401, 401]);
  });

  it("refuses a person who may not pass at one host with a page, not with another sign-in", async () => {
    const browser = newBrowser();
    await browser.signIn(`${app}/`, "bob");

    const refused = await browser.open(`${blog}/`);

    expect(refused).toMatchObject({ url: `${blog}/`, status: 403 });
  });

  it.each([auth, `${app}/_auth`, `${blog}/_auth`])("hides /verify below %s", async (base) => {
    const headers = {
      "X-Forwarded-Method": "GET",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "app.example.com",
      "X-Forwarded-Uri": "/",
    };

    expect((await newBrowser().ask(`${base}/verify`, { headers })).status).toBe(404);
  });
});
