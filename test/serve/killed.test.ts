import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { answered } from "../peers/answered.ts";
import { Browser, send } from "../peers/browser.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { rs256 } from "../peers/jwt.ts";
import { settingsFor, startProcess } from "../peers/process.ts";
import { withoutReplacedFiles } from "../peers/replaced-files.ts";
import { forwarded } from "../peers/sign-in-door.ts";

const people = 1_000;
const atOnce = 20;

/** An issuer at which every sign-in has its own subject, chosen by the nonce. */
async function startIssuer(): Promise<{ issuer: HostileIssuer; subjects: Map<unknown, string> }> {
  const issuer = await startHostileIssuer();
  const subjects = new Map<unknown, string>();
  issuer.twist = {
    metadata: { userinfo_endpoint: undefined },
    idToken: (claims) =>
      rs256(
        { alg: "RS256", kid: "one", typ: "JWT" },
        { ...claims, sub: subjects.get(claims.nonce) },
      ),
  };
  return { issuer, subjects };
}

it("kill -9 during a thousand sign-ins leaves each session complete or absent, and none of another person", async () => {
  const { issuer, subjects } = await startIssuer();
  const parent = await mkdtemp(join(tmpdir(), "doorward-test-"));
  const storage = { driver: "fs-lite", base: join(parent, "data") };
  const doorward = await startProcess((port) => ({ ...settingsFor(port, issuer.issuer), storage }));
  const { site } = doorward;
  const cookies = new Map<string, string>();
  let next = 0;
  const signInOneAfterAnother = async () => {
    while (next < people) {
      const subject = `person-${next++}`;
      const browser = new Browser();
      const start = await browser.open(`${site}/start`, 0);
      const request = String(start.headers.location);
      subjects.set(new URL(request).searchParams.get("nonce"), subject);
      const { status } = await browser.ask(issuer.consent(request));
      if (status !== 302) continue; // the store stalls
      cookies.set(subject, await browser.jar.getCookieString(site));
      if (cookies.size === people / 2) doorward.signal("SIGKILL");
    }
  };

  await Promise.allSettled(Array.from({ length: atOnce }, signInOneAfterAnother));
  await doorward.exit;
  const again = await startProcess((port) => ({
    ...settingsFor(port, issuer.issuer),
    storage,
    url: site,
  }));
  const verdicts: { subject: string; status: number; user: unknown }[] = [];
  for (const [subject, Cookie] of cookies) {
    const headers = { ...forwarded(site), Cookie };
    const url = `http://127.0.0.1:${again.port}/_auth/verify`;
    const { status, headers: answer } = await answered(() => send(url, new Map(), { headers }));
    verdicts.push({ subject, status, user: answer["x-auth-request-user"] });
  }
  const { paths, modes } = await withoutReplacedFiles(async () => {
    const entries = await readdir(storage.base, { recursive: true, withFileTypes: true });
    const found = entries.map(({ parentPath, name }) => join(parentPath, name));
    const stats = await Promise.all([storage.base, ...found].map((path) => stat(path)));
    return { paths: found, modes: stats.map(({ mode }) => mode) };
  });
  const sessions = paths.filter((path) => /\/session\/[0-9a-f]+$/.test(path));
  const texts = await Promise.all(sessions.map((path) => readFile(path, "utf8")));
  await Promise.all([again.close(), issuer.close()]);
  await rm(parent, { recursive: true });

  expect(cookies.size).toBeGreaterThanOrEqual(people / 2);
  // A session is stored before its cookie is sent.
  expect(
    verdicts.filter(({ status, user, subject }) => status !== 200 || user !== subject),
  ).toEqual([]);
  expect(texts.length).toBeGreaterThanOrEqual(cookies.size);
  expect(texts.filter((text) => !text.endsWith("}"))).toEqual([]);
  expect(new Set(modes.map((mode) => mode & 0o077))).toEqual(new Set([0]));
});
