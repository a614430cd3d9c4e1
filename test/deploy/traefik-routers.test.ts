import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { startTraefikWith } from "../peers/traefik.ts";
import { proxiesOfTests } from "./starters.ts";

const host = "app.example.com";
const config = configOf({
  url: `https://${host}/_auth`,
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
  rules: [{ host, path: "/api/public", allow: "public" }],
});

/** An operator's router of a part of the host, with a longer rule than doorward's. */
function routerOf(path: string, service: string, more: string): string {
  return `    own-${service}:
      rule: Host(\`${host}\`) && PathPrefix(\`${path}\`)
      entryPoints: [websecure]
      service: ${service}
${more}`;
}
const protectedBy = "      middlewares: [doorward-real-request, doorward]\n";
const room = "      priority: 15000\n";

describe.each(proxiesOfTests.filter(({ kind }) => kind === "traefik"))(
  "an operator's own routers on a host of doorward's, in $name",
  ({ kind, start }) => {
    let doorward: TestDoorward;
    let app: EchoApp;
    let api: EchoApp;
    let proxy: Proxy;
    let visitor: Browser;

    beforeAll(async () => {
      doorward = await startDoorward(config);
      app = await startEchoApp();
      api = await startEchoApp();
      const { files } = proxyFiles(config, kind);
      const printed = files.get("dynamic/doorward.yaml") ?? "";
      const own = [
        routerOf("/forgotten", "forgotten", ""),
        routerOf("/api", "api", room + protectedBy),
        routerOf("/_auth", "endpoints", room),
      ].join("");
      const services = ["forgotten", "api", "endpoints"].map(
        (name) =>
          `    ${name}: { loadBalancer: { servers: [{ url: "http://127.0.0.1:${api.port}" }] } }\n`,
      );
      // As cert-manager's solver has one: its priority is the length of its rule.
      const solver = `    solver:
      rule: Host(\`${host}\`) && PathPrefix(\`/.well-known/acme-challenge/\`)
      entryPoints: [web]
      service: api
`;
      const withOwn = printed
        .replace("  routers:\n", `$&${own}${solver}`)
        .replace("  services:\n", `$&${services.join("")}`);
      proxy = await start({
        files: new Map(files).set("dynamic/doorward.yaml", withOwn),
        hosts: [host],
        doorwardPort: doorward.port,
        appPort: app.port,
      });
      visitor = new Browser(
        new Map([
          [`${host}:443`, proxy.https],
          [`${host}:80`, proxy.http],
        ]),
      );
    });
    afterAll(async () => {
      await proxy.stop();
      await Promise.all([doorward.close(), app.close(), api.close()]);
    });

    it("lead nowhere without a priority, so that a forgotten middleware opens nothing", async () => {
      const { status } = await visitor.ask(`https://${host}/forgotten`);

      expect(status).toBe(401);
      expect(api.heard).toEqual([]);
    });

    it("get a part of the host with a priority between, and doorward decides there too", async () => {
      const denied = await visitor.ask(`https://${host}/api/x`);
      const passed = await visitor.ask(`https://${host}/api/public`);

      expect([denied.status, passed.status]).toEqual([401, 200]);
      expect(api.heard.map(({ url }) => url)).toEqual(["/api/public"]);
      expect(app.heard).toEqual([]);
    });

    it("answer ACME challenges on plain http, and no other path there", async () => {
      const below = `http://${host}/.well-known/acme-challenge/`;
      const paths = ["a-Token_1", "", "a/b", "..%2f..%2fapi", "../../api"];
      api.heard.length = 0;
      const statuses = await Promise.all(
        paths.map(
          async (target) =>
            (await visitor.ask(below, { target: new URL(below).pathname + target })).status,
        ),
      );

      expect(statuses).toEqual([
        200,
        301,
        301,
        expect.not.toSatisfy((status) => status === 200),
        301,
      ]);
      expect(api.heard.map(({ url }) => url)).toEqual(["/.well-known/acme-challenge/a-Token_1"]);
    });

    it("get none of doorward's endpoints", async () => {
      const signOut = await visitor.ask(`https://${host}/_auth/sign_out`);
      const verify = await visitor.ask(`https://${host}/_auth/verify`);

      expect([signOut.status, verify.status]).toEqual([200, 404]);
      expect(api.heard.map(({ url }) => url)).not.toContain("/_auth/sign_out");
    });
  },
);

describe.each(proxiesOfTests.filter(({ kind }) => kind === "traefik"))(
  "an operator's own default options of TLS, in $name",
  ({ kind }) => {
    it("count in the place of doorward's, so that client certificates stay required", async () => {
      const app = await startEchoApp();
      const own =
        "tls: { options: { default: { clientAuth: { clientAuthType: RequireAnyClientCert } } } }";
      const files = new Map(proxyFiles(config, kind).files).set("dynamic/tls-of-mine.yaml", own);
      const wiring = { files, hosts: [host], doorwardPort: 4180, appPort: app.port };
      const names = ["doorward.yaml", "zz-doorward-tls.yaml", "tls-of-mine.yaml"];
      const proxy = await startTraefikWith(wiring, "", names);
      const visitor = new Browser(new Map([[`${host}:443`, proxy.https]]));

      await expect(visitor.ask(`https://${host}/`)).rejects.toThrow(/certificate required/);

      await proxy.stop();
      await app.close();
    });
  },
);
