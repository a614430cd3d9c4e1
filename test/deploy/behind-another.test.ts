import { describe, expect, it } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser } from "../peers/browser.ts";
import { startCaddy } from "../peers/caddy.ts";
import { configOf, startDoorward } from "../peers/doorward.ts";
import { startEchoApp } from "../peers/echo-app.ts";
import { startNginx } from "../peers/nginx.ts";

const visitor = "198.51.100.7";
const config = configOf({
  url: "https://app.example.com/_auth",
  providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
  access: { anyone: true },
  rules: [{ ip: visitor, allow: "public" }],
});

/** The lines that the README adds for a proxy behind another proxy. */
const additions = {
  nginx: {
    file: "snippets/doorward-http.conf",
    before: "map $http_upgrade",
    text: "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;\n",
  },
  caddy: {
    file: "doorward.caddy",
    before: "\tcopy_headers",
    text: "\ttrusted_proxies 127.0.0.1/32\n",
  },
};

const starters = { nginx: startNginx, caddy: startCaddy };

async function askThrough(kind: "nginx" | "caddy", isTrusted: boolean) {
  const printed = proxyFiles(config, kind).files;
  const { file, before, text } = additions[kind];
  const changed = (printed.get(file) ?? "").replace(before, `${text}${before}`);
  const files = isTrusted ? new Map(printed).set(file, changed) : printed;
  const doorward = await startDoorward(config);
  const app = await startEchoApp();
  const wiring = {
    files,
    hosts: ["app.example.com"],
    doorwardPort: doorward.port,
    appPort: app.port,
  };
  const proxy = await starters[kind](wiring);
  const browser = new Browser(new Map([["app.example.com:443", proxy.https]]));
  const ask = async (address: string) => {
    const answer = await browser.ask("https://app.example.com/x", {
      headers: { "X-Forwarded-For": address, "X-Forwarded-Host": "other.example" },
    });
    return answer.status;
  };

  const statuses = [await ask(visitor), await ask("198.51.100.8")];

  await proxy.stop();
  await Promise.all([doorward.close(), app.close()]);
  return statuses;
}

describe.each(["nginx", "caddy"] as const)("the visitor's address, if %s", (kind) => {
  it("trusts the proxy in front of it, is the address in X-Forwarded-For", async () => {
    expect(await askThrough(kind, true)).toEqual([200, 401]);
  });

  it("trusts no proxy, is the address of the direct peer", async () => {
    expect(await askThrough(kind, false)).toEqual([401, 401]);
  });
});
