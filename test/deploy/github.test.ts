import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proxyFiles } from "../../server/proxies/proxies.ts";
import { Browser } from "../peers/browser.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import { startNginx } from "../peers/nginx.ts";
import { client } from "../peers/provider-grants.ts";
import { startStandIn, type Member, type RunningStandIn } from "../peers/provider-stand-in.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { github as standIn } from "../providers/stand-ins/github.ts";
import { valuesOf } from "./gate.ts";

const app = "https://app.example.com";
const portal = "https://auth.example.com";
const hosts = ["app.example.com", "auth.example.com"];

/** The stand-in's organisations all have one team, `ops`. */
const ada: Member = {
  id: "470011",
  username: "ada",
  name: "Ada",
  email: "ada@example.com",
  isVerified: true,
  groups: ["acme"],
};
const bob: Member = {
  id: "470012",
  username: "acme",
  name: "Bob",
  email: "bob@example.com",
  isVerified: false,
  groups: ["umbrella"],
};

describe("an app behind nginx for a team at GitHub", () => {
  const clock = { aheadMs: 0 };
  let provider: RunningStandIn;
  let doorward: TestDoorward;
  let echo: EchoApp;
  let proxy: Proxy;

  beforeAll(async () => {
    provider = await startStandIn(standIn, ada);
    provider.registered = `${portal}/callback`;
    const config = configOf({
      url: portal,
      cookie: { domain: "example.com" },
      providers: { github: { ...client, ...standIn.settings(provider.origin) } },
      access: { anyone: true },
      rules: [{ host: "app.example.com", path: "/ops/**", allow: { groups: ["acme:ops"] } }],
      session: { refresh: "1h" },
    });
    doorward = await startDoorward(config, { now: () => Date.now() + clock.aheadMs });
    echo = await startEchoApp();
    const wiring = { files: proxyFiles(config, "nginx").files, hosts };
    proxy = await startNginx({ ...wiring, doorwardPort: doorward.port, appPort: echo.port });
  });
  afterAll(async () => {
    await proxy.stop();
    await Promise.all([doorward.close(), echo.close(), provider.close()]);
  });

  function browserOf(member: Member): Browser {
    provider.member = member;
    return new Browser(new Map(hosts.map((host) => [`${host}:443`, proxy.https])));
  }

  it("lets a member of the team in and tells the app who it is", async () => {
    const page = await browserOf(ada).open(`${app}/ops/x?a=1`);

    expect(page).toMatchObject({ status: 200, url: `${app}/ops/x?a=1` });
    const heard = echo.heard.at(-1) ?? { headers: [] };
    const told = ["user", "email", "groups", "preferred-username"].map((name) =>
      valuesOf(heard, `x-auth-request-${name}`),
    );
    expect(told).toEqual([["470011"], ["ada@example.com"], ["acme,acme:ops"], ["ada"]]);
  });

  it("shows somebody of another organisation the page that says no, and the rest of the app", async () => {
    const browser = browserOf(bob);
    const before = echo.heard.length;

    const denied = await browser.open(`${app}/ops/x`);
    const heardMeanwhile = echo.heard.length - before;
    const elsewhere = await browser.open(`${app}/`);

    expect(denied).toMatchObject({ status: 403, url: `${app}/ops/x` });
    expect(denied.headers["content-type"]).toContain("text/html");
    expect(denied.body).toContain(`${portal}/start?rd=`);
    expect(heardMeanwhile).toBe(0);
    expect(elsewhere.status).toBe(200);
    expect(valuesOf(echo.heard.at(-1) ?? { headers: [] }, "x-auth-request-email")).toEqual([]);
  });

  it("shuts whoever left the team out, within the time of a refresh", async () => {
    const browser = browserOf(ada);
    const member = await browser.open(`${app}/ops/x`);
    provider.member = { ...ada, groups: [] };
    clock.aheadMs = 61 * 60_000;

    const late = await browser.open(`${app}/ops/x`);

    expect([member.status, late.status]).toEqual([200, 403]);
  });
});
