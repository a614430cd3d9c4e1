import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { valuesOf } from "../../deploy/gate.ts";
import { Browser, send, type HttpResponse } from "../../peers/browser.ts";
import { startEchoApp, type EchoApp } from "../../peers/echo-app.ts";
import { pathOf, without } from "../../peers/programs.ts";
import { startProxy, type Proxy } from "../../peers/proxy-process.ts";
import { createCertificate } from "../../peers/tls.ts";
import { google } from "../../providers/stand-ins/google.ts";
import { ada, bob } from "./journeys.ts";
import { migrate, type Migrated } from "./migration.ts";

const hosts = ["app.example.com", "errors.example.com", "auth.example.com"];

/** The real Traefik with both recipes of oauth2-proxy's documentation, in version 3's syntax. */
function startRecipes(doorwardPort: number, appPort: number): Promise<Proxy> {
  const wiring = { files: new Map(), doorwardPort, appPort, hosts };
  return startProxy(wiring, async (folder, { http, https }) => {
    const certificate = join(folder, "example.com");
    createCertificate(certificate, hosts);
    await mkdir(join(folder, "dynamic"));
    await writeFile(
      join(folder, "traefik.yaml"),
      `entryPoints:
  web: { address: "127.0.0.1:${http}" }
  websecure: { address: "127.0.0.1:${https}" }
providers:
  file: { directory: "${folder}/dynamic" }
`,
    );
    const identity = "[X-Auth-Request-User, X-Auth-Request-Email]";
    await writeFile(
      join(folder, "dynamic/recipes.yaml"),
      `http:
  routers:
    static-upstream:
      rule: Host(\`app.example.com\`)
      service: app
      middlewares: [oauth-auth-redirect]
      tls: {}
    errors:
      rule: Host(\`errors.example.com\`)
      service: app
      middlewares: [oauth-errors, oauth-auth]
      tls: {}
    oauth2-proxy-route:
      rule: Host(\`auth.example.com\`) || (Host(\`app.example.com\`) || Host(\`errors.example.com\`)) && PathPrefix(\`/oauth2/\`)
      service: oauth-backend
      tls: {}
  services:
    app: { loadBalancer: { servers: [{ url: "http://127.0.0.1:${appPort}" }] } }
    oauth-backend: { loadBalancer: { servers: [{ url: "http://127.0.0.1:${doorwardPort}" }] } }
  middlewares:
    oauth-auth-redirect:
      forwardAuth:
        address: http://127.0.0.1:${doorwardPort}/
        trustForwardHeader: true
        authResponseHeaders: ${identity}
    oauth-auth:
      forwardAuth:
        address: http://127.0.0.1:${doorwardPort}/oauth2/auth
        trustForwardHeader: true
        authResponseHeaders: ${identity}
    oauth-errors:
      errors:
        status: ["401-403"]
        service: oauth-backend
        query: "/oauth2/sign_in?rd={url}"
        statusRewrites: { "401": 302 }
tls:
  certificates:
    - { certFile: ${certificate}.pem, keyFile: ${certificate}.key }
`,
    );
    return { program: pathOf("traefik"), args: ["--configFile=traefik.yaml"] };
  });
}

describe.skipIf(without.has("traefik"))("oauth2-proxy's recipes for Traefik", () => {
  let door: Migrated;
  let echo: EchoApp;
  let traefik: Proxy;
  let ports: ReadonlyMap<string, number>;

  beforeAll(async () => {
    [door, echo] = await Promise.all([migrate("traefik.cfg", google, ada), startEchoApp()]);
    traefik = await startRecipes(door.doorward.port, echo.port);
    ports = new Map(hosts.map((host) => [`${host}:443`, traefik.https]));
  });
  afterAll(async () => {
    await traefik.stop();
    await Promise.all([echo.close(), door.close()]);
  });

  const script = {
    Accept: "application/json",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
  };
  const email = () => valuesOf(echo.heard.at(-1) ?? { headers: [] }, "x-auth-request-email");
  const open = (url: string, headers: Record<string, string>): Promise<HttpResponse> =>
    send(url, ports, { headers });

  it.each([
    ["a static upstream, asked at the root", "https://app.example.com/page?a=1"],
    ["the errors middleware with statusRewrites", "https://errors.example.com/page?a=1"],
  ])("sign a visitor in and return to the page: %s", async (_, url) => {
    door.provider.member = ada;

    const answer = await new Browser(ports).open(url);

    expect([answer.status, answer.url]).toEqual([200, url]);
    expect(email()).toEqual(["ada@example.com"]);
  });

  it.each(["https://app.example.com/page", "https://errors.example.com/page"])(
    "let no request of another account or of a script reach the app: %s",
    async (url) => {
      door.provider.member = bob;
      const before = echo.heard.length;

      const [denied, called] = [await new Browser(ports).open(url), await open(url, script)];

      expect(denied.status).toBe(403);
      expect(called.status).toBeGreaterThanOrEqual(300);
      expect(echo.heard.length).toBe(before);
    },
  );

  it("answer a script 401 at the root, and let it read public pages there", async () => {
    const answers = [
      await open("https://app.example.com/api", script),
      await open("https://app.example.com/public/x", script),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 200]);
  });

  it.each<[string, Record<string, string>]>([
    ["a public URI", { "X-Forwarded-Uri": "/public/x" }],
    ["a public URL of nginx", { "X-Original-URL": "https://app.example.com/public/x" }],
    ["another method", { "X-Forwarded-Method": "OPTIONS", "X-HTTP-Method-Override": "OPTIONS" }],
  ])(
    "open no page to a visitor who forges the description of the request: %s",
    async (...[, forged]) => {
      const before = echo.heard.length;

      const answer = await open("https://app.example.com/private", { ...script, ...forged });

      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(echo.heard.length).toBe(before);
    },
  );

  it("show a visitor who opens the root of doorward's host no 2xx", async () => {
    const browser = new Browser(ports);
    door.provider.member = ada;
    await browser.open("https://app.example.com/");

    const answer = await browser.ask("https://auth.example.com/");

    expect(answer.status).toBe(404);
  });

  it("keep doorward's own pages under /oauth2/ at the app's host", async () => {
    const browser = new Browser(ports);
    await browser.open("https://app.example.com/");

    const answer = await browser.ask("https://app.example.com/oauth2/userinfo");

    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      expect.objectContaining({ email: "ada@example.com" }),
    ]);
  });

  it("start a sign-in on the app's host, as ingress-nginx's recipe does", async () => {
    const answer = await new Browser(ports).open("https://app.example.com/oauth2/start?rd=/page");

    expect([answer.status, answer.url]).toEqual([200, "https://app.example.com/page"]);
  });

  it("do not loop at doorward's own sign-in page on the app's host", async () => {
    const answer = await new Browser(ports).open("https://app.example.com/oauth2/sign_in");
    const again = await new Browser(ports).open(
      `https://auth.example.com/oauth2/start?rd=${encodeURIComponent("https://app.example.com/oauth2/sign_in?rd=/")}`,
    );

    expect([answer.status, answer.url]).toEqual([404, "https://auth.example.com/"]); // the root of the site
    expect([again.status, again.url]).toEqual([200, "https://app.example.com/"]);
  });
});
