import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testSecret } from "../peers/doorward.ts";
import { startRedis, type RedisServer } from "../peers/redis.ts";
import { withoutReplacedFiles } from "../peers/replaced-files.ts";
import { client, openSignInDoor, type SignInDoor } from "../peers/sign-in-door.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

const minute = 60_000;
const otherSecret = "M3vK8sQxT1yWcR6nLf0aJ9hGd5uZp2eBi7oXkVtYrUw";

let redis: RedisServer;
let folder: string;
let door: SignInDoor;

beforeEach(async () => {
  [redis, folder] = [await startRedis(), await mkdtemp(join(tmpdir(), "doorward-test-"))];
});
afterEach(async () => {
  await door.close();
  await redis.close();
  await rm(folder, { recursive: true });
});

/** The bytes of all files under the folder, with their names. */
async function filesOf(base: string): Promise<string> {
  const entries = await readdir(base, { recursive: true, withFileTypes: true });
  const texts = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() ? `${path}\n${await readFile(path, "latin1")}` : path;
  });
  return (await Promise.all(texts)).join("\n");
}

const stores: [string, () => { storage: Record<string, unknown>; copy: () => Promise<string> }][] =
  [
    [
      "a folder",
      () => ({
        storage: { driver: "fs-lite", base: join(folder, "data") },
        copy: () => withoutReplacedFiles(() => filesOf(join(folder, "data"))),
      }),
    ],
    // The append-only file contains every write command.
    [
      "Redis",
      () => ({ storage: { driver: "redis", url: redis.url }, copy: () => filesOf(redis.folder) }),
    ],
  ];

describe.each(stores)("a copy of %s", (_, open) => {
  it("contains no secret and no name, and opens no session without the browser's cookie", async () => {
    const { storage, copy } = open();
    door = await openSignInDoor({ storage, session: { refresh: "1h" }, signOut: "issuer" });
    door.issuer.twist = {
      refreshes: true,
      claims: { sid: "issuer-session-1", name: "Ada Augusta King" },
    };
    const browsers = [door.browser(), door.browser()];
    for (const browser of browsers) await door.signIn(browser);
    door.clock.now += 61 * minute;
    for (const browser of browsers) await door.verify(browser);
    const [ada, signedOut] = browsers;
    await signedOut?.ask(`${door.site}/sign_out`);
    const cookie = (await ada?.jar.getCookieString(door.site)) ?? "";

    const text = await copy();

    const given = browsers.flatMap((browser) => Array.from(browser.given));
    // Three letters would occur in random text by chance.
    const names = ["ada@example.com", "issuer-session-1", "Ada Augusta"];
    const secrets = [...door.issuer.secrets, ...given, client.clientSecret, testSecret, ...names];
    expect(door.issuer.secrets.length).toBeGreaterThan(10);
    expect(text).toMatch(/sealed/);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    expect((await door.verify(door.browser(), { headers: { Cookie: cookie } })).status).toBe(200);
    const tried = new Set(text.match(/[A-Za-z0-9_-]{43,}/g)?.flatMap(possibleCookies));
    expect(tried.size).toBeGreaterThan(5);
    const statuses = [...tried].map(async (token) => {
      const answer = await door.verify(door.browser(), {
        headers: { Cookie: `${cookieNameOf(door.site)}=${token}` },
      });
      return answer.status;
    });
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([302]));
  });

  it("opens no session with the cookie and another secret, nor with another store", async () => {
    const { storage } = open();
    door = await openSignInDoor({ storage });
    const browser = door.browser();
    await door.signIn(browser);
    const cookie = await browser.jar.getCookieString(door.site);

    const verdicts = [
      await door.reopen(),
      await door.reopen({ secret: otherSecret }),
      await door.reopen({ storage: { driver: "memory" } }),
    ].map(({ verify }) => verify(cookie));

    const seen = (await Promise.all(verdicts)).map(({ status }) => status);
    expect(seen).toEqual([200, 302, 302]);
  });
});

/** Texts in the store that might be a cookie. */
function possibleCookies(text: string): string[] {
  const bytes = Buffer.from(text, "hex");
  const decoded = bytes.length === 32 ? [bytes.toString("base64url")] : [];
  return [text.slice(0, 43), text.slice(-43), ...decoded];
}
