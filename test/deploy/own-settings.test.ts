import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import { freePort } from "../peers/free-port.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { valuesOf } from "./gate.ts";
import { proxiesOfTests, type ProxyKind } from "./starters.ts";

const claims = {
  name: "Ada",
  email: "ada@example.com",
  preferred_username: "ada.l",
  groups: ["ops"],
};
const client = { clientId: "door", clientSecret: "a secret of the door" };

/** The redirect target for a visitor whose Host header has another port. */
function targetOf(kind: ProxyKind, origin: string): string {
  if (kind === "envoy") return "none"; // Envoy treats another port as another, unknown host
  // Traefik forwards the visitor's port. No rule names it, so no sign-in can lead back there: a page says so.
  if (kind === "traefik") return "none";
  return `/_auth/start?rd=${encodeURIComponent(`${origin}/x`)}`;
}

describe.each(proxiesOfTests)(
  "a site with a custom port and custom identity headers, behind $name",
  ({ kind, start }) => {
    let issuer: Issuer;
    let doorward: TestDoorward;
    let app: EchoApp;
    let proxy: Proxy;
    let ada: Browser;
    let origin: string;

    beforeAll(async () => {
      const ownPort = await freePort();
      const hosts = ["app.example.com"];
      origin = `https://app.example.com:${ownPort}`;
      const redirectUris = [`${origin}/_auth/callback`];
      issuer = await startIssuer({ accounts: [{ id: "ada", claims }], ...client, redirectUris });
      const config = configOf({
        url: `${origin}/_auth`,
        providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
        access: { anyone: true },
        headers: {
          "Remote-User": "preferredUsername",
          "X-WEBAUTH-GROUPS": "groups",
          "X-Full-Name": "name",
          Authorization: "Bearer accessToken",
        },
      });
      doorward = await startDoorward(config);
      app = await startEchoApp();
      const { files } = proxyFiles(config, kind);
      const wiring = { files, hosts, ownPort, doorwardPort: doorward.port, appPort: app.port };
      proxy = await start(wiring);
      ada = new Browser(new Map([[`app.example.com:${ownPort}`, ownPort]]));
    });
    afterAll(async () => {
      await proxy.stop();
      await Promise.all([doorward.close(), app.close(), issuer.close()]);
    });

    it("returns to the same URL after the sign-in, with the port", async () => {
      const end = await ada.signIn(`${origin}/x?a=1`, "ada");

      expect(end).toMatchObject({ url: `${origin}/x?a=1`, status: 200 });
      const heard = app.heard.at(-1) ?? { headers: [] };
      expect(valuesOf(heard, "host")).toEqual([new URL(origin).host]);
    });

    it("sends the identity to the app in those headers and replaces the visitor's values", async () => {
      const evil = ["Remote-User", "X-WebAuth-Groups", "X-Full-Name", "X-Auth-Request-User"];
      const headers = Object.fromEntries(evil.map((name) => [name, "evil"]));

      const answer = await ada.ask(`${origin}/x`, {
        headers: { ...headers, Authorization: "Bearer evil" },
      });

      const heard = app.heard.at(-1) ?? { headers: [] };
      expect(answer.status).toBe(200);
      expect(
        ["remote-user", "x-webauth-groups", "x-full-name"].map((name) => valuesOf(heard, name)),
      ).toEqual([["ada.l"], ["ops"], ["Ada"]]);
      expect(valuesOf(heard, "authorization").join()).toMatch(/^Bearer .{20,}$/);
      expect(JSON.stringify(heard)).not.toContain("evil");
    });

    it("ignores the port in the visitor's Host header", async () => {
      const answer = await new Browser(new Map([[new URL(origin).host, proxy.https]])).ask(
        `${origin}/x`,
        { headers: { Host: "app.example.com:1", Accept: "text/html" } },
      );

      const location = String(answer.headers.location ?? "none");
      expect(location).toContain(targetOf(kind, origin));
      expect(answer.body.includes("does not know <bdi>app.example.com:1</bdi>")).toBe(
        kind === "traefik",
      );
    });
  },
);
