import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testSecret } from "../peers/doorward.ts";
import { shape, type SessionRecord } from "../../server/session/record.ts";
import { client, setCookies, type Reopened } from "../peers/sign-in-door.ts";
import { storeSession, type StoredSession } from "./stored-session.ts";

let stored: StoredSession;
let cold: Reopened;
let file: string;
let whole: string;

beforeAll(async () => {
  stored = await storeSession();
  [file = ""] = await stored.files();
  whole = await readFile(file, "utf8");
  cold = await stored.door.reopen();
});
afterAll(() => stored.close());

const noSession = { status: 302, cookies: [] };

async function verdictOn(content: string | Buffer) {
  await writeFile(file, content);
  const answer = await cold.verify(stored.cookie);
  return { status: answer.status, cookies: setCookies(answer) };
}

describe("a record in the store", () => {
  it("that a crash truncated at any tenth byte is no session and no error", async () => {
    for (let length = 0; length < whole.length; length += 10) {
      expect(await verdictOn(whole.slice(0, length)), `${length} bytes`).toEqual(noSession);
    }
    expect(cold.doorward.events.filter(({ level }) => Number(level) >= 50)).toEqual([]);

    await writeFile(file, whole);
    expect((await cold.verify(stored.cookie)).status).toBe(200);
    cold = await stored.door.reopen();
  });

  it.each<[string, (whole: string) => string | Buffer]>([
    ["random bytes", () => Buffer.from(Array.from({ length: 700 }, (_, n) => (n * 89) % 256))],
    ["nothing but zeros", (text) => Buffer.alloc(text.length)],
    ["null", () => "null"],
    ["true", () => "true"],
    ["a number", () => "12345"],
    ["a string", () => '"sealed"'],
    ["undefined", () => "undefined"],
    ["a list", () => "[]"],
    ["an object without a seal", () => "{}"],
    ["a seal that is a number", () => '{"sealed":1,"version":1}'],
    ["an empty seal", () => '{"sealed":"","version":1}'],
    ["a seal of 27 bytes", () => `{"sealed":"${"A".repeat(36)}","version":1}`],
    ["a seal of 28 bytes", () => `{"sealed":"${"A".repeat(38)}","version":1}`],
    ["a seal in a prototype", (text) => `{"__proto__":${text}}`],
    [
      "an unencrypted record",
      () => JSON.stringify({ sealed: JSON.stringify(clearRecord()), version: 1 }),
    ],
    ["a record that is not sealed at all", () => JSON.stringify({ ...clearRecord(), version: 1 })],
    ["one changed letter", (text) => text.replace(/(.{40})./, (_, start) => `${start}!`)],
    ["its seal without the tag", (text) => text.replace(/.{24}",/, '",')],
  ])("that holds %s is no session and no error", async (_, change) => {
    expect(await verdictOn(change(whole))).toEqual(noSession);
  });

  it("of another session is no session under this key", async () => {
    const other = stored.door.browser();
    await stored.door.signIn(other);
    const otherFile = (await stored.files()).find((name) => name !== file) ?? "";

    expect(await verdictOn(await readFile(otherFile, "utf8"))).toEqual(noSession);
  });

  it("that is a folder is no session", async () => {
    await rm(file);
    await mkdir(file);

    const answer = await cold.verify(stored.cookie);
    await rm(file, { recursive: true });
    await writeFile(file, whole);

    expect(answer.status).toBe(302);
  });
});

describe("the store", () => {
  it("is a folder with access for its owner only", async () => {
    expect((await stat(stored.base)).mode & 0o777).toBe(0o700);
  });

  it("contains neither cookies nor identities", async () => {
    const person = { sub: "subject-1815-1852" };
    stored.door.issuer.twist = { claims: person, userinfo: person };
    const browser = stored.door.browser();
    await stored.door.signIn(browser);
    stored.door.issuer.twist = {};
    const [, token = "none"] = (await browser.jar.getCookieString(stored.door.site)).split("=");
    const clear = [token, person.sub, "ada@example", "preferred", "127.0.0.1", "company"];

    const names = await stored.files();
    const texts = await Promise.all(names.map((name) => readFile(name, "utf8")));
    const opened = texts.map((text) => Buffer.from(JSON.parse(text).sealed, "base64url"));

    const all = [...names, ...texts, ...opened.map((bytes) => bytes.toString("latin1"))].join("\n");
    expect(texts.length).toBeGreaterThan(1);
    expect(clear.filter((word) => all.includes(word))).toEqual([]);
  });

  it("opens no session with another secret, and every session with a list that contains the old one", async () => {
    const [older, newer] = [testSecret, "nEwErSeCrEt-0123456789-abcdefghijklmnopqrs"];

    const alone = await stored.door.reopen({ secret: newer });
    const listed = await stored.door.reopen({ secret: [newer, older] });

    expect((await alone.verify(stored.cookie)).status).toBe(302);
    expect((await listed.verify(stored.cookie)).status).toBe(200);
  });

  it("loses a session at sign-out, also for a process that has not read it yet", async () => {
    const browser = stored.door.browser();
    await stored.door.signIn(browser);
    const cookie = await browser.jar.getCookieString(stored.door.site);
    const before = await stored.files();

    await browser.open(`${stored.door.site}/sign_out`);

    expect(await stored.files()).toHaveLength(before.length - 1);
    expect((await (await stored.door.reopen()).verify(cookie)).status).toBe(302);
    expect(
      (await stored.door.verify(stored.door.browser(), { headers: { Cookie: cookie } })).status,
    ).toBe(302);
  });
});

/** A valid record, but not sealed. */
function clearRecord(): SessionRecord {
  const { site, clock, issuer } = stored.door;
  const now = clock.now;
  const who = { email: "ada@example.com", groups: [], name: undefined, claims: {} };
  return {
    shape,
    identity: {
      issuer: issuer.issuer,
      subject: "eve",
      ...who,
      preferredUsername: undefined,
      provider: "company",
    },
    site: new URL(site).href,
    clientId: client.clientId,
    sid: undefined,
    accessToken: undefined,
    idToken: undefined,
    tokens: undefined,
    tombstones: {},
    createdAt: now,
    expiresAt: now + 3_600_000,
    usedAt: now,
    askedAt: now,
  };
}
