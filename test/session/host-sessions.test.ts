import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSiteFinder } from "../../server/config/site-finder.ts";
import type { Site } from "../../server/config/site.ts";
import { createSites } from "../../server/config/sites.ts";
import { HostSessions } from "../../server/session/host-sessions.ts";
import { createToken } from "../../server/session/token.ts";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { configOf, startDoorward, testSecret } from "../peers/doorward.ts";
import { app, auth, blog, openPerHostDoor, wiki } from "../peers/per-host-door.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { until } from "../peers/until.ts";

const settings = {
  url: auth,
  hosts: ["example.com", "example.org"],
  session: { perHost: true },
  providers: { google: { clientId: "x" } },
  access: { anyone: true },
};
const siteOf = createSiteFinder(createSites(configOf(settings)));
const siteAt = (origin: string) => siteOf(new URL(origin).hostname) as Site;

let folder: string;
let store: Store;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-links-"));
  store = await openStore(
    configOf({ ...settings, storage: { driver: "fs-lite", base: folder } }).storage,
  );
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

/** As after a restart: without what another one has in memory. */
const open = (...secrets: string[]) =>
  new HostSessions({ store, secrets: secrets.length === 0 ? [testSecret] : secrets });

describe("the link of a host's session to its parent", () => {
  const parent = createToken();

  it("leads to the parent at its own host only, from the store and from memory", async () => {
    const links = open();
    const token = await links.start(siteAt(app), parent, 60_000);

    for (const one of [open(), links]) {
      expect(await one.parentOf(siteAt(app), token)).toBe(parent);
      expect(one.parentOf(siteAt(app), token)).toBe(parent); // from memory, without a promise
      for (const other of [wiki, blog])
        expect(await one.parentOf(siteAt(other), token)).toBeUndefined();
    }
  });

  it("opens with every configured secret, and with no other", async () => {
    const token = await open("old".repeat(12)).start(siteAt(app), parent, 60_000);

    expect(await open(testSecret, "old".repeat(12)).parentOf(siteAt(app), token)).toBe(parent);
    expect(await open(testSecret).parentOf(siteAt(app), token)).toBeUndefined();
  });

  it("is gone at its end, and after its time", async () => {
    const links = open();
    const [ended, over] = [
      await links.start(siteAt(app), parent, 60_000),
      await links.start(siteAt(app), parent, -1),
    ];
    await links.parentOf(siteAt(app), ended);
    await links.end(ended);

    expect(await links.parentOf(siteAt(app), ended)).toBeUndefined();
    expect(await open().parentOf(siteAt(app), ended)).toBeUndefined();
    expect(await open().parentOf(siteAt(app), over)).toBeUndefined();
  });

  it("counts nowhere in the store but under its own key, and not when it was changed", async () => {
    const [one, other] = [
      await open().start(siteAt(app), parent, 60_000),
      await open().start(siteAt(wiki), createToken(), 60_000),
    ];
    const files = await filesOf(folder);
    const stored = async (token: string) => {
      const digest = createHash("sha256").update(token).digest("hex");
      const file = files.find((name) => name.includes(digest)) ?? "";
      return [file, await readFile(file, "utf8")] as const;
    };
    const [first, second] = [await stored(one), await stored(other)];

    await writeFile(first[0], second[1]);
    await writeFile(second[0], first[1]);
    const swapped = [
      await open().parentOf(siteAt(app), one),
      await open().parentOf(siteAt(wiki), other),
    ];
    // Another character than the one there, which is random.
    const altered = first[1].replace(/(?<="sealed":")./, (letter) => (letter === "_" ? "A" : "_"));
    await writeFile(first[0], altered);
    await writeFile(second[0], "null");
    const changed = [
      await open().parentOf(siteAt(app), one),
      await open().parentOf(siteAt(wiki), other),
    ];

    expect([...swapped, ...changed]).toEqual([undefined, undefined, undefined, undefined]);
    expect(first[1] + second[1]).not.toContain(parent);
  });
});

async function filesOf(base: string): Promise<string[]> {
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.parentPath.includes("host-session"))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe("the sessions of one visitor at several hosts", () => {
  it("are refreshed at the issuer once", async () => {
    const door = await openPerHostDoor({ session: { perHost: true, refresh: "1h", idle: "1d" } });
    door.site.issuer.twist = { refreshes: true };
    const visitor = door.visitor();
    for (const origin of [app, wiki, blog]) await visitor.open(`${origin}/`);
    door.clock.now += 2 * 3_600_000;
    const verdicts = [];
    for (const origin of [app, wiki, blog])
      verdicts.push(await door.verdict(origin, await visitor.jar.getCookieString(origin)));
    const refreshes = door.site.issuer.refreshes();
    await door.close();

    expect(verdicts).toEqual([200, 200, 200]);
    expect(refreshes).toBe(1);
  });

  it("live as long as one of them is used, and end together when the parent is idle", async () => {
    const door = await openPerHostDoor({ session: { perHost: true, idle: "1h", refresh: "7d" } });
    const visitor = door.visitor();
    for (const origin of [app, blog]) await visitor.open(`${origin}/`);
    const verdict = async (origin: string) =>
      door.verdict(origin, await visitor.jar.getCookieString(origin));
    const used = [];
    for (let hour = 0; hour < 3; hour++) {
      door.clock.now += 59 * 60_000;
      used.push(await verdict(blog));
    }
    const unused = await verdict(app);
    door.clock.now += 61 * 60_000;
    const idle = [await verdict(app), await verdict(blog)];
    await door.close();

    expect([...used, unused]).toEqual([200, 200, 200, 200]);
    expect(idle).toEqual([302, 302]);
  });
});

describe("replicas with one Redis", () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  it("share the sessions of hosts and the codes, and end them together", async () => {
    const door = await openPerHostDoor({ storage: { driver: "redis", url: redis.url } });
    const { config } = door.site;
    const other = await startDoorward(config, { now: () => door.clock.now });
    const visitor = door.visitor();
    const code = await visitor.until(`${app}/`, /\/_auth\/callback\?/);
    const Cookie = await visitor.jar.getCookieString(app);
    const both = await Promise.all(
      [door.site.doorward.port, other.port].map((port) => door.site.openAt(port, code, { Cookie })),
    );
    const opened = both.find(({ headers }) => headers.location === `${app}/`);
    await visitor.keep(opened, app);
    await visitor.open(`${blog}/`);
    const cookies = [
      await visitor.jar.getCookieString(app),
      await visitor.jar.getCookieString(blog),
    ];
    const ask = () =>
      Promise.all([
        door.verdictAt(other.port, app, cookies[0] ?? ""),
        door.verdictAt(other.port, blog, cookies[1] ?? ""),
      ]);
    const before = await ask();
    await visitor.ask(`${blog}/_auth/sign_out`, { "Sec-Fetch-Site": "same-origin" });
    const signedOutAt = performance.now();
    await until(async () => (await ask()).every((status) => status === 302));
    const tookMs = performance.now() - signedOutAt;
    await other.close();
    await door.close();

    expect(both.map(({ status }) => status).toSorted()).toEqual([302, 400]);
    expect(before).toEqual([200, 200]);
    expect(tookMs).toBeLessThan(1_000);
  });
});
