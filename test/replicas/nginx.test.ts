import { Agent } from "node:https";
import { afterEach, expect, it } from "vitest";
import { proxyFiles } from "../../server/tools/proxy-files.ts";
import { Browser, navigation, type HttpResponse } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import { startNginx } from "../peers/nginx.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { client } from "../peers/sign-in-door.ts";
import { median } from "../peers/times.ts";
import { startReplicas, type Replicas } from "./replicas.ts";

const app = "https://app.example.com";
const url = `${app}/_auth`;
const tries = 40;
const patience = { timeout: 120_000 };

let replicas: Replicas;
let echo: EchoApp;
let nginx: Proxy;
const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });

afterEach(async () => {
  agent.destroy();
  await nginx.stop();
  await Promise.all([echo.close(), replicas.close()]);
});

/** nginx with the generated configuration, in which three servers replace the one. */
async function startBefore({ processes, issuer }: Replicas): Promise<Proxy> {
  const providers = { company: { type: "oidc", issuer: issuer.issuer, ...client } };
  const { files } = proxyFiles(configOf({ url, providers, access: { anyone: true } }), "nginx");
  const one = "server 127.0.0.1:4180 max_fails=0;";
  const all = processes.map(({ port }) => one.replace("4180", String(port))).join("\n");
  const balanced = new Map(Array.from(files, ([name, text]) => [name, text.replace(one, all)]));
  // startNginx expects the default address in the files, where the replicas' ports have replaced it.
  balanced.set("doorward.conf", `# 127.0.0.1:4180\n${balanced.get("doorward.conf")}`);
  const hosts = ["app.example.com"];
  return startNginx({ files: balanced, hosts, doorwardPort: 4180, appPort: echo.port });
}

function newBrowser(): Browser {
  return new Browser(new Map([["app.example.com:443", nginx.https]]));
}

function ask(browser: Browser, address: string): Promise<HttpResponse> {
  return browser.ask(address, { headers: navigation, agent });
}

/** Opens a page until it is answered without a 503, as doorward answers while Redis stalls. */
async function open(browser: Browser, address: string): Promise<HttpResponse> {
  for (;;) {
    const answer = await ask(browser, address);
    if (answer.status < 500) return answer;
  }
}

/** Signs Ada in, again if Redis stalls during the sign-in. Returns the `Cookie` header. */
async function signIn(browser: Browser): Promise<string> {
  for (;;) {
    const start = await open(browser, `${url}/start`);
    await ask(browser, replicas.issuer.consent(String(start.headers.location)));
    const cookie = await browser.jar.getCookieString(app);
    if ((await replicas.statusOf(0, cookie)) === 200) return cookie;
  }
}

/** Milliseconds until the last request that nginx lets pass. Ends after as many refusals in a row as there are replicas. */
async function passingNginx(cookie: string): Promise<number> {
  const ended = performance.now();
  const browser = newBrowser();
  let last = 0;
  for (let refused = 0; refused < 3;) {
    const begun = performance.now() - ended;
    const headers = { Cookie: cookie };
    const { status } = await browser.ask(`${app}/`, { headers, agent });
    if (status >= 500) continue; // Redis stalls
    refused = status === 200 ? 0 : refused + 1;
    if (status === 200) last = begun;
  }
  return last;
}

it(
  "three replicas behind nginx accept a session of any of them, and reject it within 100 ms of its end on one",
  patience,
  async () => {
    replicas = await startReplicas(3, { url });
    echo = await startEchoApp();
    nginx = await startBefore(replicas);
    const before: number[] = [];
    const took: number[] = [];

    for (let round = 0; round < tries; round++) {
      const browser = newBrowser();
      const cookie = await signIn(browser);
      for (const one of [0, 1, 2]) {
        before.push(await replicas.statusOf(one, cookie));
        before.push((await open(browser, `${app}/`)).status);
      }
      await open(browser, `${url}/sign_out`);
      took.push(...(await Promise.all([replicas.passing(cookie), passingNginx(cookie)])));
    }

    expect(new Set(before)).toEqual(new Set([200]));
    expect(median(took)).toBeLessThan(100);
  },
);
