import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import type { Config } from "../../server/config/schema.ts";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { configOf } from "../peers/doorward.ts";
import { pathOf } from "../peers/programs.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { listed, listedObjects } from "../peers/session-list.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const company = { type: "oidc", issuer: "https://id.example.com", clientId: "door" };

let valkey: RedisServer;
let store: Store;
let config: Config;

/** Many keys next to the sessions, so that a search of everything takes several commands. */
const others = "2500";

beforeAll(async () => {
  valkey = await startRedis({ program: pathOf("valkey"), lines: ["enable-debug-command yes"] });
  // Its characters mean something in a pattern.
  const storage = { driver: "redis", url: valkey.url, base: "door[a-z]*" };
  config = configOf({
    url: "https://auth.example.com",
    storage,
    providers: { company: { ...company, clientSecret: "x".repeat(20) } },
    access: { anyone: true },
  });
  store = await openStore(storage);
  const sessions = openSessions({ store });
  await Promise.all(
    ["ada", "ada", "bob"].map((subject) => sessions.start(newSession(site, { subject }))),
  );
  await valkey.cli("debug", "populate", others, "door[a-z]*:session", "50");
  // Another doorward in the same Valkey.
  const elsewhere = await openStore({ ...storage, base: "doorx" });
  await openSessions({ store: elsewhere }).start(newSession(site, { subject: "eve" }));
  await elsewhere.close();
});
afterAll(async () => {
  await store.close();
  await valkey.close();
});

/** The commands that Valkey gets during some work, and how often. */
async function commandsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  await valkey.cli("config", "resetstat");
  await work();
  const stats = await valkey.cli("info", "commandstats");
  const lines = stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
  return Object.fromEntries(Array.from(lines, ([, name = "", calls]) => [name, Number(calls)]));
}

describe("sessions list in Valkey", () => {
  it("reads one set and its sessions where a subject is named, and searches nothing", async () => {
    let found: unknown[] = [];

    const commands = await commandsOf(async () => {
      found = await listedObjects(config, { subject: "ada" });
    });

    expect(found).toMatchObject([{ subject: "ada" }, { subject: "ada" }]);
    for (const search of ["scan", "keys", "sscan", "zscan", "hscan"])
      expect(commands[search]).toBeUndefined();
    expect(commands.zrange).toBe(1);
    // Two sessions, three markers, the secrets in use, and the beats of the channel.
    expect(commands.get).toBeLessThan(20);
  });

  it("searches its own keys alone, in steps, where no subject is named", async () => {
    let found: Record<string, unknown>[] = [];

    const commands = await commandsOf(async () => {
      found = await listedObjects(config);
    });

    expect(found.map(({ subject }) => subject).toSorted()).toEqual(["ada", "ada", "bob"]);
    expect(commands.keys).toBeUndefined();
    expect(commands.scan).toBeGreaterThan(1);
  });

  it("shows the same as a table", async () => {
    expect((await listed(config)).trim().split("\n")).toHaveLength(4);
  });

  it("costs a sign-in one command more", async () => {
    const sessions = openSessions({ store });

    const commands = await commandsOf(() => sessions.start(newSession(site, { subject: "carol" })));

    expect(commands).toMatchObject({ set: 1, eval: 1 });
  });
});
