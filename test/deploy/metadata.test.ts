import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { valuesOf } from "./gate.ts";
import { proxiesOfTests } from "./starters.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser, navigation, type Ask } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { jws, startTokenIssuer, type TokenIssuer } from "../peers/token-issuer.ts";

const hosts = ["app.example.com"];
const app = "https://app.example.com";
const path = "/.well-known/oauth-protected-resource/mcp";
const metadata = `resource_metadata="${app}${path}"`;
const program = { Accept: "application/json", "Sec-Fetch-Mode": "cors" };

describe.each(proxiesOfTests)("a client of a tool, behind $name", ({ kind, start }) => {
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
        {
          host: "app.example.com",
          path: "/mcp/**",
          bearer: { metadata: true, scopes: ["files:read", "files:write"] },
        },
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

  function ask(target: string, { headers, ...options }: Ask = {}) {
    const browser = new Browser(new Map([["app.example.com:443", proxy.https]]));
    return browser.ask(app + target, { ...options, headers: { ...program, ...headers } });
  }

  function bearer(claims: Record<string, unknown>): Ask {
    const [key] = issuer.keys;
    if (key === undefined) throw new Error("the issuer has no key");
    const iat = Math.floor(Date.now() / 1000);
    const all = { iss: issuer.issuer, sub: "ci", iat, exp: iat + 600, ...claims };
    const token = jws({ alg: key.alg, kid: key.kid, typ: "at+jwt" }, all, key);
    return { headers: { Authorization: `Bearer ${token}` } };
  }

  it("reads where tokens come from, without one", async () => {
    const answer = await ask(path);

    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(JSON.parse(answer.body)).toEqual({
      resource: `${app}/mcp`,
      authorization_servers: [issuer.issuer],
      scopes_supported: ["files:read", "files:write"],
      bearer_methods_supported: ["header"],
    });
    expect(echo.heard).toHaveLength(0);
  });

  it("reads the same with a query, and no body for HEAD", async () => {
    const [whole, queried] = [await ask(path), await ask(`${path}?x=/mcp`)];
    const head = await ask(path, { method: "HEAD" });

    expect(queried.body).toBe(whole.body);
    expect([head.status, head.headers["content-type"], head.body]).toEqual([
      200,
      "application/json",
      "",
    ]);
  });

  it.each([
    `${path}/`,
    `${path}/x`,
    `${path}x`,
    path.replace("/mcp", ""),
    path.replace("/mcp", "/mcp%2fx"),
    `${path};x`,
    `${path}/..%2f..%2f..%2fadmin`,
  ])("gets nothing at %s without a sign-in", async (target) => {
    const answer = await ask(target);

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(echo.heard).toHaveLength(0);
  });

  it.each(["POST", "PUT", "DELETE"])("reaches no app by %s", async (method) => {
    const answer = await ask(path, { method });

    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(echo.heard).toHaveLength(0);
  });

  it("gets the address of the metadata with each 401", async () => {
    const without = await ask("/mcp");
    const invalid = await ask("/mcp/x", bearer({ aud: "door" }));

    expect([without.status, invalid.status]).toEqual([401, 401]);
    expect(without.headers["www-authenticate"]).toBe(
      `Bearer ${metadata}, scope="files:read files:write"`,
    );
    expect(invalid.headers["www-authenticate"]).toBe(
      `Bearer error="invalid_token", scope="files:read files:write", ${metadata}`,
    );
  });

  it("gets the missing scopes with a 403", async () => {
    const answer = await ask("/mcp", bearer({ aud: `${app}/mcp`, scope: "files:read" }));

    expect(answer.status).toBe(403);
    expect(answer.headers["www-authenticate"]).toBe(
      `Bearer error="insufficient_scope", scope="files:read files:write", ${metadata}`,
    );
  });

  it("passes with a token for the resource", async () => {
    const claims = { aud: `${app}/mcp`, scope: "files:read files:write" };

    const answer = await ask("/mcp", bearer(claims));

    expect(answer.status).toBe(200);
    const heard = echo.heard.at(-1) ?? { headers: [] };
    expect(valuesOf(heard, "x-auth-request-user")).toEqual(["ci"]);
  });

  it("signs in, if it is a browser", async () => {
    const answer = await ask("/mcp", { headers: navigation });

    expect([302, 303]).toContain(answer.status);
    expect(answer.headers.location).toMatch(/^https:\/\/app\.example\.com\/_auth\/start\?rd=/);
  });
});
