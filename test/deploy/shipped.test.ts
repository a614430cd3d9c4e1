import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { deployFolder, exampleConfig } from "./example.ts";
import { proxiesOfTests } from "./starters.ts";
import { startTraefikWithLabels, startTraefikWithResources } from "./traefik-providers.ts";

const hosts = ["app.example.com", "auth.example.com", "wiki.example.org"];

/** Traefik also reads its configuration from other places. */
const traefiks = proxiesOfTests
  .filter(({ kind }) => kind === "traefik")
  .flatMap(({ name, kind }) => [
    { name: `${name} with Docker labels`, kind, start: startTraefikWithLabels },
    { name: `${name} with Kubernetes resources`, kind, start: startTraefikWithResources },
  ]);

describe.each([...proxiesOfTests, ...traefiks])(
  "the files in deploy/$kind, with deploy/doorward.yaml, on $name",
  ({ kind, start }) => {
    let doorward: TestDoorward;
    let app: EchoApp;
    let proxy: Proxy;
    let browser: Browser;

    beforeAll(async () => {
      const config = exampleConfig();
      const names = [...proxyFiles(config, kind).files.keys()];
      const files = new Map(
        names.map((name) => [name, readFileSync(join(deployFolder, kind, name), "utf8")]),
      );
      doorward = await startDoorward(config);
      app = await startEchoApp();
      proxy = await start({ files, hosts, doorwardPort: doorward.port, appPort: app.port });
      browser = new Browser(new Map(hosts.map((host) => [`${host}:443`, proxy.https])));
      // Traefik loads each of its providers on its own.
      const isLoaded = async () => (await browser.ask("https://app.example.com/")).status === 401;
      await vi.waitUntil(isLoaded, { timeout: 30_000 });
    });
    afterAll(async () => {
      await proxy.stop();
      await Promise.all([doorward.close(), app.close()]);
    });

    it.each([
      ["https://app.example.com/x", "https://auth.example.com/start"],
      ["https://wiki.example.org/x", "https://wiki.example.org/_auth/start"],
    ])("redirect a visitor of %s to %s", async (url, signIn) => {
      const answer = await browser.ask(url, { headers: navigation });

      expect(answer.headers.location).toBe(`${signIn}?rd=${encodeURIComponent(url)}`);
      expect(app.heard.map((one) => one.url)).not.toContain("/x");
    });

    it.each([
      ["https://app.example.com/assets/logo.svg", 200],
      ["https://app.example.com/assets/../x", 401],
      ["https://auth.example.com/sign_out", 200],
      ["https://wiki.example.org/_auth/sign_out", 200],
      ["https://auth.example.com/verify", 404],
      ["https://wiki.example.org/_auth/verify", 404],
    ])("answer %s with %i", async (url, status) => {
      const target = url.slice(new URL(url).origin.length);

      const answer = await browser.ask(url, { target });

      expect(answer.status).toBe(status);
    });
  },
);
