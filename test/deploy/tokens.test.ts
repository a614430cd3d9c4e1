import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { valuesOf } from "./gate.ts";
import { proxiesOfTests } from "./starters.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { jws, startTokenIssuer, type TokenIssuer } from "../peers/token-issuer.ts";

const hosts = ["app.example.com"];
const app = "https://app.example.com";

describe.each(proxiesOfTests)("a program, behind $name", ({ kind, start }) => {
  let issuer: TokenIssuer;
  let doorward: TestDoorward;
  let echo: EchoApp;
  let proxy: Proxy;

  beforeAll(async () => {
    issuer = await startTokenIssuer();
    const company = { type: "oidc", issuer: issuer.issuer, clientId: "door" };
    const config = configOf({
      url: `${app}/_auth`,
      providers: { company },
      access: { subjects: ["ci"] },
      rules: [
        { path: "/repo.git/**", bearer: true },
        { path: "/scoped/**", bearer: { scopes: ["write"] } },
      ],
    });
    doorward = await startDoorward(config);
    echo = await startEchoApp();
    const { files } = proxyFiles(config, kind);
    proxy = await start({ files, hosts, doorwardPort: doorward.port, appPort: echo.port });
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([echo.close(), issuer.close()]);
    await doorward.close();
  });

  function tokenOf(subject: string): string {
    const [key] = issuer.keys;
    if (key === undefined) throw new Error("the issuer has no key");
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer.issuer, aud: "door", sub: subject, iat: now, exp: now + 600 };
    return jws({ alg: key.alg, kid: key.kid, typ: "at+jwt" }, claims, key);
  }

  function ask(path: string, headers: Record<string, string> = {}) {
    const browser = new Browser(new Map([["app.example.com:443", proxy.https]]));
    return browser.ask(app + path, { headers: { "User-Agent": "git/2.39.5", ...headers } });
  }

  function basic(user: string, password: string): Record<string, string> {
    return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
  }

  it("without credentials gets a Basic challenge for git, and no redirect", async () => {
    const answer = await ask("/repo.git/info/refs?service=git-upload-pack");

    expect(answer.status).toBe(401);
    expect(answer.headers.location).toBeUndefined();
    expect(String(answer.headers["www-authenticate"])).toContain("Basic realm=");
    expect(echo.heard).toHaveLength(0);
  });

  it.each([
    ["as git does", (token: string) => basic("x-access-token", token)],
    ["as the user name alone", (token: string) => basic(token, "")],
    ["as a bearer token", (token: string) => ({ Authorization: `Bearer ${token}` })],
  ])("passes with its identity, with a token sent %s", async (_, credentials) => {
    const answer = await ask("/repo.git/info/refs", credentials(tokenOf("ci")));

    expect(answer.status).toBe(200);
    const heard = echo.heard.at(-1) ?? { headers: [] };
    expect(valuesOf(heard, "x-auth-request-user")).toEqual(["ci"]);
  });

  it.each([
    ["an unsigned token", () => basic("x-access-token", "a.b.c"), 401],
    ["a subject without access", () => basic("x-access-token", tokenOf("eve")), 403],
  ])("does not pass with %s", async (_, credentials, status) => {
    const before = echo.heard.length;

    const answer = await ask("/repo.git/info/refs", credentials());

    expect(answer.status).toBe(status);
    expect(echo.heard).toHaveLength(before);
  });

  it("with a token on a path without a bearer rule gets 401, and no redirect", async () => {
    const headers = { Authorization: `Bearer ${tokenOf("ci")}`, "Sec-Fetch-Mode": "navigate" };

    const answer = await ask("/other", headers);

    expect(answer.status).toBe(401);
    expect(answer.headers.location).toBeUndefined();
  });

  it("with a token that lacks a scope gets 403", async () => {
    const answer = await ask("/scoped/x", { Authorization: `Bearer ${tokenOf("ci")}` });

    expect(answer.status).toBe(403);
  });
});
