import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApp, type App } from "../../server/app.ts";
import { proxyFiles } from "../../server/proxies/proxies.ts";
import { Browser } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import { startEchoApp, type EchoApp } from "../peers/echo-app.ts";
import { startNginx } from "../peers/nginx.ts";
import { client } from "../peers/provider-grants.ts";
import { startStandIn, type Member, type RunningStandIn } from "../peers/provider-stand-in.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import { admin, google, memberships, writeKeyFile } from "../providers/stand-ins/google.ts";
import { openGate, valuesOf, type Gate } from "./gate.ts";

const appUrl = "https://app.example.com";

const ada: Member = {
  id: "104719483920475610293",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: [],
};
const bob = { ...ada, id: "115820394857610293847", email: "bob@example.com" };
const eve = { ...ada, id: "126931405968721304958", email: "eve@partner.example" };

/** Of everybody's groups, those that matter: Ada is in one that is in the one that may pass. */
const directory = { crew: ["ops", "eve@partner.example"], ops: ["ada@example.com"] };

describe("an app behind nginx that is for one of Google's groups", () => {
  const now = { time: Date.now() };
  let provider: RunningStandIn;
  let doorward: App;
  let gate: Gate;
  let app: EchoApp;
  let nginx: Proxy;
  let isDown = false;

  beforeAll(async () => {
    const others = Object.entries(memberships(directory)).map(([path, answer]) => [
      path,
      (...asked: Parameters<typeof answer>) =>
        isDown ? { status: 503, body: { error: { code: 503 } } } : answer(...asked),
    ]);
    provider = await startStandIn({ ...google, others: Object.fromEntries(others) }, ada);
    const { origin } = provider;
    const groups = ["crew@example.com", "board@example.com"];
    const company = {
      ...google.settings(origin),
      ...client,
      directory: { serviceAccount: writeKeyFile(origin), admin, groups },
    };
    const config = configOf({
      url: "https://auth.example.com",
      cookie: { domain: "example.com" },
      providers: { google: company },
      access: { groups: ["crew@example.com"] },
    });
    const log = pino({ level: "silent" });
    doorward = await createApp(config, { log, now: () => now.time });
    gate = await openGate(doorward.listener);
    app = await startEchoApp();
    const hosts = ["app.example.com", "auth.example.com"];
    const { files } = proxyFiles(config, "nginx");
    const wiring = { files, hosts, doorwardPort: gate.port, appPort: app.port };
    nginx = await startNginx(wiring);
  });

  beforeEach(() => {
    isDown = false;
  });

  afterAll(async () => {
    await nginx.stop();
    await Promise.all([gate.shut(), app.close(), provider.close()]);
    await doorward.close();
  });

  /** Goes to the app, is sent to Google, says yes there, and ends where that leads. */
  async function arrive(member: Member) {
    provider.member = member;
    const ports = ["app.example.com", "auth.example.com"].map((host): [string, number] => [
      `${host}:443`,
      nginx.https,
    ]);
    const browser = new Browser(new Map(ports));
    return { browser, end: await browser.open(`${appUrl}/page`) };
  }

  it.each([
    ["a member through a group in the group", ada],
    ["a member of another domain", eve],
  ])("lets %s in, and tells the app of the group", async (_, member) => {
    const { end } = await arrive(member);

    expect(end).toMatchObject({ url: `${appUrl}/page`, status: 200 });
    const [told] = app.heard.slice(-1);
    expect(told && valuesOf(told, "x-auth-request-groups")).toEqual(["crew@example.com"]);
    expect(told && valuesOf(told, "x-auth-request-email")).toEqual([member.email]);
  });

  it("stays closed to somebody of the same domain who is in no such group", async () => {
    const heard = app.heard.length;

    const { browser, end } = await arrive(bob);
    const again = await browser.ask(`${appUrl}/page`);

    expect([end.status, again.status]).toEqual([403, 401]);
    expect(app.heard).toHaveLength(heard);
  });

  it("stays closed while the directory is down, and says why", async () => {
    isDown = true;

    const { end } = await arrive(ada);

    expect(end.status).toBe(403);
    expect(end.body).toContain("could not be looked up just now");
  });

  it("closes to a member who has left the group, once Google is asked again", async () => {
    const { browser, end } = await arrive(eve);
    directory.crew.pop();
    now.time += 2 * 60 * 60_000;

    const later = await browser.ask(`${appUrl}/page`);

    expect([end.status, later.status]).toEqual([200, 403]);
  });
});
