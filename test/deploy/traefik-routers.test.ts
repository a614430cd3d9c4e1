import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
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
      const withOwn = printed
        .replace("  routers:\n", `$&${own}`)
        .replace("  services:\n", `$&${services.join("")}`);
      proxy = await start({
        files: new Map(files).set("dynamic/doorward.yaml", withOwn),
        hosts: [host],
        doorwardPort: doorward.port,
        appPort: app.port,
      });
      visitor = new Browser(new Map([[`${host}:443`, proxy.https]]));
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

    it("get none of doorward's endpoints", async () => {
      const signOut = await visitor.ask(`https://${host}/_auth/sign_out`);
      const verify = await visitor.ask(`https://${host}/_auth/verify`);

      expect([signOut.status, verify.status]).toEqual([200, 404]);
      expect(api.heard.map(({ url }) => url)).not.toContain("/_auth/sign_out");
    });
  },
);
