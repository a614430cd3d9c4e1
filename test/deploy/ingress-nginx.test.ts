import { parseAllDocuments } from "yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import { startNginx } from "../peers/nginx.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { jws, startTokenIssuer, type TokenIssuer } from "../peers/token-issuer.ts";

const host = "app.example.com";
const app = `https://${host}`;
const document = "/.well-known/oauth-protected-resource/mcp";
const program = { Accept: "application/json", "Sec-Fetch-Mode": "cors" };
const prefix = "nginx.ingress.kubernetes.io";

interface Ingress {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly rules: readonly [{ http: { paths: readonly IngressPath[] } }] };
}

interface IngressPath {
  readonly pathType: "Exact" | "Prefix";
  readonly path: string;
  readonly backend: { readonly service: { readonly name: string } };
}

/** nginx as the controller configures it for these Ingresses: a location for each path, with the annotations of its own. */
function asController(ingresses: readonly Ingress[]): string {
  const locations = ingresses.flatMap(({ metadata: { annotations = {} }, spec: { rules } }) =>
    rules[0].http.paths.flatMap((one) => locationsOf(one, annotations)),
  );
  return `
    server {
      listen 443 ssl;
      server_name ${host};
      error_log /var/log/nginx/error.log;
      ssl_certificate /etc/nginx/tls/example.com.pem;
      ssl_certificate_key /etc/nginx/tls/example.com.key;
      ${locations.join("")}
    }`;
}

let made = 0;

function locationsOf(
  { pathType, path, backend }: IngressPath,
  annotations: Readonly<Record<string, string>>,
): string[] {
  const target = backend.service.name === "doorward" ? "127.0.0.1:4180" : "127.0.0.1:8080";
  const asked = annotations[`${prefix}/auth-url`];
  const signIn = annotations[`${prefix}/auth-signin`];
  const id = ++made;
  const body = `
        ${asked === undefined ? "" : `auth_request /_auth_${id};`}
        ${signIn === undefined ? "" : `error_page 401 = @sign_in_${id};`}
        proxy_set_header Host $host;
        proxy_pass http://${target};`;
  const places =
    pathType === "Exact" || path === "/"
      ? [pathType === "Exact" ? `= ${path}` : path]
      : [`= ${path}`, `${path}/`];
  return [
    ...places.map((place) => `location ${place} {${body} }\n`),
    asked === undefined
      ? ""
      : `location = /_auth_${id} {
        internal;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_pass ${asked.replace(/\/\/[^/]+/, "//127.0.0.1:4180")};
      }\n`,
    signIn === undefined
      ? ""
      : `location @sign_in_${id} { return 302 ${signIn}?rd=$scheme://$http_host$request_uri; }\n`,
  ];
}

describe("nginx, as ingress-nginx configures it from the printed Ingresses", () => {
  let issuer: TokenIssuer;
  let doorward: TestDoorward;
  let echo: EchoApp;
  let proxy: Proxy;

  beforeAll(async () => {
    issuer = await startTokenIssuer();
    const config = configOf({
      url: `${app}/_auth`,
      dialect: "original",
      providers: { company: { type: "oidc", issuer: issuer.issuer, clientId: "door" } },
      access: { subjects: ["ci"] },
      rules: [{ host, path: "/mcp/**", bearer: { metadata: true, scopes: ["notes"] } }],
    });
    doorward = await startDoorward(config);
    echo = await startEchoApp();
    const text = proxyFiles(config, "ingress-nginx").files.get("ingress.yaml") ?? "";
    const files = new Map([
      ["doorward.conf", asController(parseAllDocuments(text).map((one) => one.toJSON()))],
    ]);
    const ports = { doorwardPort: doorward.port, appPort: echo.port };
    proxy = await startNginx({ files, hosts: [host], ...ports });
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([echo.close(), issuer.close(), doorward.close()]);
  });

  const ask = (path: string, headers: Record<string, string> = program) =>
    new Browser(new Map([[`${host}:443`, proxy.https]])).ask(app + path, { headers });

  it.each(["/mcp", "/mcp/messages"])("names the document in the 401 at %s", async (path) => {
    const answer = await ask(path);

    expect([answer.status, answer.headers.location]).toEqual([401, undefined]);
    expect(answer.headers["www-authenticate"]).toBe(
      `Bearer resource_metadata="${app}${document}", scope="notes"`,
    );
    expect(JSON.parse((await ask(document)).body)).toMatchObject({ resource: `${app}/mcp` });
  });

  it("passes a token for the resource, and none without its scope", async () => {
    const [key] = issuer.keys;
    if (key === undefined) throw new Error("the issuer has no key");
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer.issuer, sub: "ci", iat, exp: iat + 600, aud: `${app}/mcp` };
    const token = (scope: string) =>
      jws({ alg: key.alg, kid: key.kid, typ: "at+jwt" }, { ...claims, scope }, key);
    const present = async (scope: string) =>
      (await ask("/mcp", { ...program, Authorization: `Bearer ${token(scope)}` })).status;

    expect([await present("notes"), await present("other")]).toEqual([200, 403]);
  });

  it("does not redirect a browser there, and does at every other path", async () => {
    const [tool, page, near] = [
      await ask("/mcp", navigation),
      await ask("/", navigation),
      await ask("/mcpx", navigation),
    ];

    expect(tool.status).toBe(401);
    for (const { status, headers } of [page, near]) {
      expect(status).toBe(302);
      expect(headers.location).toMatch(/^https:\/\/app\.example\.com\/_auth\/start\?rd=/);
    }
  });
});
