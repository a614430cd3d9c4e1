import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSite } from "../../server/config/site.ts";
import { sessionDigest } from "../../server/session/digest.ts";
import { ListedSessions } from "../../server/session/listed-sessions.ts";
import { storeKey } from "../../server/session/sealed-records.ts";
import type { NewSession, Sessions } from "../../server/session/sessions.ts";
import { SubjectIndex } from "../../server/session/subject-index.ts";
import { openStore } from "../../server/store/open-store.ts";
import type { Store } from "../../server/store/store.ts";
import { testSecret } from "../peers/doorward.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { newSession, openSessions } from "../peers/sessions.ts";

const site = createSite({ url: "https://auth.example.com", cookie: {} });
const otherSecret = "M3vK8sQxT1yWcR6nLf0aJ9hGd5uZp2eBi7oXkVtYrUw";
const ada = { issuer: "https://id.example.com", subject: "ada" };
const bob = { ...ada, subject: "bob" };
const [hour, day] = [3_600_000, 86_400_000];

let redis: RedisServer;
let base: string;
let store: Store;
let now: number;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

const stores = [
  ["a folder", () => ({ driver: "fs-lite", base })],
  ["Redis", () => ({ driver: "redis", url: redis.url })],
] as const;

function listOf(secrets: readonly string[] = [testSecret]): ListedSessions {
  const limits = { lifetimeMs: 7 * day, idleMs: day, settleMs: 0 };
  return new ListedSessions({ store, secrets, now: () => now, ...limits });
}

async function all(...[people, list = listOf()]: [(typeof ada)[]?, ListedSessions?]) {
  const found = [];
  for await (const session of list.list(people)) found.push(session);
  return found;
}

/** The ids of the sessions that a list of everything and a list of these people have, without repeats. */
async function idsOf(...people: (typeof ada)[]) {
  const lists = [await all(), await all(people)];
  return lists.map((sessions) => sessions.map(({ id }) => id).toSorted());
}

function open(options: { secrets?: string[]; idleMs?: number } = {}): Sessions {
  return openSessions({ store, now: () => now, ...options });
}

const started = (sessions: Sessions, fields: Partial<NewSession> = {}, subject = "ada") =>
  sessions.start({ ...newSession(site, { subject }), ...fields });

const sorted = (...tokens: string[]) => tokens.map(sessionDigest).toSorted();

describe.each(stores)("the list of sessions in %s", (_, storage) => {
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "doorward-test-"));
    now = Date.now();
    store = await openStore(storage());
  });
  afterEach(async () => {
    await store.close();
    await redis.cli("flushall");
    await rm(base, { recursive: true });
  });

  it("has the person, the site, the times and the place of each sign-in, and the id of the log", async () => {
    const signIn = { address: "203.0.113.7", browser: "Firefox" };
    const token = await started(open(), { signIn, sid: "s-1" });

    const [only, ...others] = await all([ada]);

    expect(others).toEqual([]);
    expect(only).toEqual({
      id: sessionDigest(token),
      identity: { ...ada, provider: "company" },
      site: site.url.href,
      sid: "s-1",
      tombstones: {},
      createdAt: now,
      usedAt: now,
      expiresAt: now + 7 * day,
      signIn,
    });
    expect(await all()).toEqual([only]);
  });

  it("has the sessions of one person, at one issuer, where a person is named", async () => {
    const sessions = open();
    const [one, two] = [await started(sessions), await started(sessions)];
    const other = await started(sessions, {}, "bob");

    expect(await idsOf(ada)).toEqual([sorted(one, two, other), sorted(one, two)]);
    expect(await idsOf(ada, bob)).toEqual([sorted(one, two, other), sorted(one, two, other)]);
    expect(await all([{ ...ada, issuer: "https://other.example.com" }])).toEqual([]);
  });

  it("has the last use as it was stored", async () => {
    const sessions = open();
    const token = await started(sessions);
    now += 3 * hour;
    await sessions.find(site, token);
    await sessions.settle();

    expect(await all([ada])).toMatchObject([{ createdAt: now - 3 * hour, usedAt: now }]);
  });

  it.each([
    ["signed out", (sessions: Sessions, token: string) => sessions.end(site, token)],
    [
      "revoked with all of its person",
      (sessions: Sessions) => sessions.revocations.revoke({ kind: "subject", ...ada }),
    ],
    ["revoked with all", (sessions: Sessions) => sessions.revocations.revoke({ kind: "all" })],
    [
      "ended at its issuer",
      (sessions: Sessions) =>
        sessions.revocations.revoke({ kind: "sid", issuer: ada.issuer, sid: "s-1" }),
    ],
    ["older than its lifetime", async () => void (now += 7 * day)],
    ["unused for too long", async () => void (now += 1.1 * day)],
    ["ended by its id", (_sessions: Sessions, token: string) => listOf().end(storeKey(token))],
  ])("does not have a session that was %s", async (_case, end) => {
    const sessions = open();
    const token = await started(sessions, { sid: "s-1" });
    const before = await idsOf(ada);

    await end(sessions, token);
    await sessions.settle();

    expect(before).toEqual([sorted(token), sorted(token)]);
    expect(await idsOf(ada)).toEqual([[], []]);
  });

  it("has a session that began after a revocation of its person", async () => {
    const sessions = open();
    await sessions.revocations.revoke({ kind: "subject", ...ada });
    const token = await started(sessions);

    expect(await idsOf(ada)).toEqual([sorted(token), sorted(token)]);
  });

  it("does not show an entry without a record, and shows it once the record of the sign-in is there", async () => {
    const token = await started(open());
    const record = v.parse(v.looseObject({}), await store.get(storeKey(token)));
    await store.remove(storeKey(token));

    const before = await idsOf(ada);
    await store.set(storeKey(token), record, 3_600);
    const after = await idsOf(ada);

    expect(before).toEqual([[], []]);
    expect(after).toEqual([sorted(token), sorted(token)]);
  });

  it("has the sessions of an older secret, and those in use under the new one alone", async () => {
    const token = await started(open({ secrets: [otherSecret] }));
    const both = listOf([testSecret, otherSecret]);
    const ids = async (list: ListedSessions) => (await all([ada], list)).map(({ id }) => id);
    const ofBoth = await ids(both);
    const renewed = open({ secrets: [testSecret, otherSecret] });
    now += 3 * hour;
    await renewed.find(site, token);
    await renewed.settle();

    expect(ofBoth).toEqual(sorted(token));
    expect(await ids(listOf())).toEqual(sorted(token));
  });

  it("counts the sessions that an earlier version or another secret wrote", async () => {
    await started(open({ secrets: [otherSecret] }));
    await store.set(storeKey("x"), { sealed: "x", version: 1 }, 60);
    const list = listOf();

    expect(await all(undefined, list)).toEqual([]);
    expect(list.unreadable).toBe(2);
  });
});

describe("the folder of a file store", () => {
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "doorward-test-"));
    now = Date.now();
    store = await openStore({ driver: "fs-lite", base });
  });
  afterEach(async () => {
    await store.close();
    await rm(base, { recursive: true });
  });

  it("has one folder for each person, and only that is read where the person is named", async () => {
    const sessions = open();
    await started(sessions);
    await started(sessions, {}, "bob");
    const folders = await readdir(join(base, "subject"));
    // Any read of the other folder fails.
    const index = new SubjectIndex(store, [testSecret]);
    const [key = ""] = await index.keysOf(ada);
    const mine = await Promise.all(
      folders.map(async (folder) => ({
        folder,
        isMine: (await readdir(join(base, "subject", folder))).includes(key.slice(8)),
      })),
    );
    for (const { folder } of mine.filter(({ isMine }) => !isMine)) {
      await rm(join(base, "subject", folder), { recursive: true });
      await writeFile(join(base, "subject", folder), "no folder");
    }

    expect(folders).toHaveLength(2);
    expect(await all([ada])).toHaveLength(1);
    await expect(all([bob])).rejects.toThrow("ENOTDIR");
  });

  it("shows no name of a person, an address or a browser", async () => {
    const signIn = { address: "203.0.113.7", browser: "Firefox" };
    await started(open(), { signIn }, "subject-of-ada");

    const entries = await readdir(base, { recursive: true, withFileTypes: true });
    const texts = entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return entry.isFile() ? path + (await readFile(path, "latin1")) : path;
    });
    const text = (await Promise.all(texts)).join("\n");

    expect(text).toMatch(/subject\/[0-9a-f]{32}\/[0-9a-f]{64}/);
    for (const name of ["subject-of-ada", "id.example.com", "203.0.113.7", "Firefox", "company"])
      expect(text).not.toContain(name);
  });
});

describe("a sign-in whose session cannot be listed", () => {
  it("fails, and leaves no session", async () => {
    base = await mkdtemp(join(tmpdir(), "doorward-test-"));
    const plain = await openStore({ driver: "fs-lite", base });
    store = {
      ...plain,
      addMember: async () => {
        throw new Error("the folder is full");
      },
    };
    const sessions = open();

    await expect(started(sessions)).rejects.toThrow("the folder is full");
    await sessions.settle();

    const keys: string[] = [];
    for await (const some of plain.keys("session:")) keys.push(...some);
    expect(keys).toEqual([]);
    await plain.close();
    await rm(base, { recursive: true });
  });
});
