import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../server/config/schema.ts";
import { createSite } from "../../server/config/site.ts";
import { sessionDigest } from "../../server/session/digest.ts";
import { storeKey } from "../../server/session/sealed-records.ts";
import { SubjectIndex } from "../../server/session/subject-index.ts";
import { createToken } from "../../server/session/token.ts";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { configOf, testSecret } from "../peers/doorward.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { withoutReplacedFiles } from "../peers/replaced-files.ts";
import { listed, listedObjects, revokeById } from "../peers/session-list.ts";
import { newSession, openSessions } from "../peers/sessions.ts";
import { client, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import { until } from "../peers/until.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const issuer = "https://id.example.com";
const otherSecret = "M3vK8sQxT1yWcR6nLf0aJ9hGd5uZp2eBi7oXkVtYrUw";
const minute = 60_000;

let redis: RedisServer;
let base: string;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "doorward-test-"));
});
afterEach(async () => {
  await redis.cli("flushall");
  await rm(base, { recursive: true });
});

function configFor(storage: Record<string, unknown>, at = issuer): Config {
  return configOf({
    url: "https://auth.example.com",
    storage,
    providers: { company: { type: "oidc", issuer: at, ...client } },
    access: { anyone: true },
  });
}

describe.each([
  ["a folder", () => ({ driver: "fs-lite", base })],
  ["Redis", () => ({ driver: "redis", url: redis.url })],
])("a session that an operator ends by its id in %s", (_, storage) => {
  let door: SignInDoor;
  let config: Config;
  let cookie: string;
  let token: string;

  beforeEach(async () => {
    door = await openSignInDoor({ storage: storage(), session: { refresh: "1h" } });
    config = configFor(storage(), door.issuer.issuer);
    door.issuer.twist = { refreshes: true };
    const browser = door.browser();
    await door.signIn(browser);
    cookie = await browser.jar.getCookieString(door.site);
    token = cookie.slice(cookie.indexOf("=") + 1);
  });
  afterEach(() => door.close());

  const verify = async () =>
    (await door.verify(door.browser(), { headers: { Cookie: cookie } })).status;
  const recordOf = async () => {
    const store = await openStore(storage());
    const record = await store.get(storeKey(token));
    await store.close();
    return record;
  };

  it("has ended on two instances that have it in memory, and stays ended when their clock goes back", async () => {
    const other = await door.reopen();
    const both = async () => [await verify(), (await other.verify(cookie)).status];
    const before = await both();

    await revokeById(config, sessionDigest(token));
    // Redis tells them within 100 ms; with a folder, the command has waited for that.
    await until(async () => (await both()).every((status) => status === 302));
    const after = await both();
    door.clock.now -= 30 * minute;
    const earlier = await both();

    expect([before, after, earlier]).toEqual([
      [200, 200],
      [302, 302],
      [302, 302],
    ]);
    const ends = [door.doorward, other.doorward].flatMap(({ events }) =>
      events.filter(({ event }) => event === "session_ended"),
    );
    // One of them, or both at the same time, find what is left of the record, and remove it.
    const end = { reason: "revoked", subject: "ada", session: sessionDigest(token) };
    expect(ends[0]).toMatchObject(end);
    expect(ends.slice(1).filter(({ reason }) => reason !== "revoked")).toEqual([]);
  });

  it("does not come back by a refresh that had begun", async () => {
    const asked = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    door.issuer.twist = {
      refreshes: true,
      before(path) {
        if (path !== "/token") return undefined;
        asked.resolve();
        return held.promise;
      },
    };
    door.clock.now += 61 * minute;
    const waiting = verify();
    await asked.promise;

    await revokeById(config, sessionDigest(token));
    held.resolve();

    expect(await waiting).toBe(302);
    expect(await verify()).toBe(302);
    await expect.poll(recordOf).toBeNull();
  });

  it("does not come back by a write of its last use", async () => {
    await verify();
    door.clock.now += 150 * minute;
    const requests = Array.from({ length: 20 }, verify);

    await revokeById(config, sessionDigest(token));
    await Promise.all(requests);

    expect(await verify()).toBe(302);
    await expect.poll(recordOf).toBeNull();
  });
});

describe("a store that another process has written to", () => {
  let store: Store;
  let config: Config;
  let tokens: string[];
  const ada = { issuer, subject: "ada" };
  const bob = { issuer, subject: "bob" };

  beforeEach(async () => {
    store = await openStore({ driver: "fs-lite", base });
    config = configFor({ driver: "fs-lite", base });
    const sessions = openSessions({ store });
    tokens = await Promise.all(
      ["ada", "bob"].map((subject) => sessions.start(newSession(site, { subject, issuer }))),
    );
  });
  afterEach(() => store.close());

  const keyAt = (index: number) => storeKey(tokens[index] ?? "");
  const subjects = async (subject?: string) =>
    (await listedObjects(config, { subject })).map((session) => session.subject).toSorted();

  it("lists no entry that was copied to another session", async () => {
    const [ofAda, ofBob] = [await store.get(keyAt(0)), await store.get(keyAt(1))];
    await store.set(keyAt(0), Object(ofBob), 60);
    await store.set(storeKey(createToken()), Object(ofAda), 60);

    expect(await subjects()).toEqual(["bob"]);
    expect(await subjects("ada")).toEqual([]);
  });

  it("lists no entry of another secret as true", async () => {
    const others = openSessions({ store, secrets: [otherSecret] });
    const token = await others.start(newSession(site, { subject: "eve", issuer }));
    const index = new SubjectIndex(store, [testSecret]);
    const expiresAt = Date.now() + minute;
    const identity = { ...newSession(site).identity, ...ada };
    await index.add(storeKey(token), { identity, expiresAt }, Date.now());

    expect(await subjects()).toEqual(["ada", "bob"]);
    expect(await subjects("ada")).toEqual(["ada"]);
    expect(await subjects("eve")).toEqual([]);
  });

  it("lists no session of one person under another", async () => {
    const index = new SubjectIndex(store, [testSecret]);
    const expiresAt = Date.now() + minute;
    const identity = { ...newSession(site).identity, ...bob };
    await index.add(keyAt(0), { identity, expiresAt }, Date.now());

    expect(await subjects("bob")).toEqual(["bob"]);
  });

  it.each([
    [{ version: 1, listed: 7 }],
    [{ listed: "" }],
    [{ version: 1, sealed: "x", listed: "x" }],
  ])("lists the others next to %j", async (value) => {
    await store.set(storeKey(createToken()), value, 60);
    await store.set("session:not-a-hash", value, 60);

    expect(await subjects()).toEqual(["ada", "bob"]);
  });

  it("opens no session with what is listed in place of its record, nor one marked as ended", async () => {
    const [kept] = [await store.get(keyAt(0))];
    const { listed: sealed } = kept as { listed: string };
    await store.set(keyAt(0), { version: 1, sealed, listed: sealed }, 60);
    await store.set(keyAt(1), { ...Object(await store.get(keyAt(1))), sealed: undefined }, 60);

    const later = openSessions({ store });
    const found = await Promise.all(tokens.map((token) => later.find(site, token)));

    expect(found).toEqual([undefined, undefined]);
  });
});

describe("the output of the commands", () => {
  it.each([
    "../../etc/passwd",
    "*",
    "?".repeat(12),
    "[0-9a-f]".repeat(2),
    "0123456789AB",
    "0123456789ab*",
    "0123456789a\u001b",
    "",
    "__proto__",
  ])("refuses the id %j before it opens the store", async (id) => {
    const config = configFor({ driver: "fs-lite", base: join(base, "missing") });

    const reason = await revokeById(config, id).catch(String);

    expect(reason).toContain("is not the id of a session");
    expect(reason).not.toContain("\u001b");
  });

  it("has no character that changes a terminal, and is correct JSON", async () => {
    const store = await openStore({ driver: "fs-lite", base });
    const config = configFor({ driver: "fs-lite", base });
    const subject = "\u001b]0;owned\u0007\r\nada\u009b2J\u202Eeve\u{e0041}\ud800";
    const signIn = { address: "\u001b[2J", browser: "\u001b[31mFirefox\u0000\u2028" };
    const token = await openSessions({ store }).start({
      ...newSession(site, { subject, issuer }),
      signIn,
    });
    await store.close();

    const [table, json] = [await listed(config), await listed(config, { json: true })];
    const [ended] = await revokeById(config, sessionDigest(token));

    for (const text of [table, json, ended])
      expect(text?.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(table.split("\n")).toHaveLength(3);
    // A lone surrogate has no encoding, so the store keeps U+FFFD or its escape.
    expect(JSON.parse(json)).toMatchObject({ ...signIn, subject });
  });

  it("has no token, no cookie and no key of the store", async () => {
    const storage = { driver: "fs-lite", base };
    const door = await openSignInDoor({
      storage,
      session: { remember: true },
      headers: { "X-Auth-Request-Access-Token": "accessToken" },
    });
    door.issuer.twist = { refreshes: true };
    const browser = door.browser();
    await door.signIn(browser);
    const config = configFor(storage, door.issuer.issuer);
    const secrets = [...door.issuer.secrets, ...browser.given, testSecret];

    const output = (await listed(config, { json: true })) + (await listed(config));
    const stored = await withoutReplacedFiles(async () => {
      const files = (await readdir(base, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name));
      return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
    });
    await door.close();

    expect(output).toContain("ada");
    expect(secrets.length).toBeGreaterThan(5);
    for (const secret of secrets) {
      expect(output).not.toContain(secret);
      expect(stored).not.toContain(secret);
    }
    const token = [...browser.given].find((value) => /^[\w-]{43}$/.test(value)) ?? "";
    expect(output).not.toContain(storeKey(token).slice("session:".length));
  });
});
