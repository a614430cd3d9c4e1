import { argon2Sync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { hashSync } from "bcryptjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSite, type Site } from "../../server/config/site.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { openStore } from "../../server/store/open-store.ts";
import { send } from "../peers/browser.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { newSession, openSessions } from "../peers/sessions.ts";
import { forwarded } from "../peers/sign-in-door.ts";

const issuer = "http://127.0.0.1:9";
const wrongASecond = 20;
const windowMs = 700;
const rounds = 3;
const people = 100;
/** On a busy machine, each flood's last checks take seconds. */
const timeout = 180_000;
/** A hash of both kinds takes at least as long, on any machine. */
const leastHashMs = 50;

let folder: string;
let doorward: DoorwardProcess;
let site: Site;
let sessions: Sessions;
let agent: Agent;
let guesses = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "doorward-flood-"));
  agent = new Agent({ keepAlive: true });
});
afterEach(async () => {
  agent.destroy();
  await sessions.settle();
  await doorward.close();
  await rm(folder, { recursive: true });
});

const bcrypt = () => hashSync("open sesame", 12);

/** 64 MiB, three passes: RFC 9106 §4, second recommended option. */
function argon2id(): string {
  const [nonce, cost] = [randomBytes(16), { memory: 65_536, passes: 3, parallelism: 4 }];
  const tag = argon2Sync("argon2id", { message: "open sesame", nonce, ...cost, tagLength: 32 });
  const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  return `$argon2id$v=19$m=65536,t=3,p=4$${base64(nonce)}$${base64(tag)}`;
}

/** A process with one password user, and sessions in its folder. */
async function start(hash: string): Promise<void> {
  const users = join(folder, "users");
  await writeFile(users, `robot:${hash}\n`);
  const storage = { driver: "fs-lite", base: join(folder, "data") };
  doorward = await startProcess((port) => ({
    ...settingsFor(port, issuer),
    storage,
    users,
    rules: [{ path: "/machines/*", basic: true, provider: "users", allow: "signed-in" }],
  }));
  site = createSite({ url: doorward.site, cookie: {} });
  sessions = openSessions({ store: await openStore(storage) });
}

/** The `Cookie` header of a person whose session the process has not read yet. */
async function signIn(): Promise<string> {
  return `${site.sessionCookieName}=${await sessions.start(newSession(site, { issuer }))}`;
}

async function verify(headers: Record<string, string>): Promise<number> {
  const url = `http://127.0.0.1:${doorward.port}/_auth/verify`;
  const { status } = await send(url, new Map(), {
    headers: { ...forwarded(doorward.site), ...headers },
    agent,
  });
  return status;
}

/** Sends wrong passwords, each from an address of its own, until it is stopped; resolves with the answers' statuses. */
function flood(): { stop(): Promise<number[]> } {
  const answers: Promise<number>[] = [];
  const timer = setInterval(() => {
    guesses++;
    const text = Buffer.from(`robot:guess ${guesses}`).toString("base64");
    const answer = verify({
      "X-Forwarded-Uri": "/machines/x",
      "X-Forwarded-For": `198.51.${guesses >> 8}.${guesses & 255}`,
      Authorization: `Basic ${text}`,
    });
    answers.push(answer.catch(() => 0));
  }, 1_000 / wrongASecond);
  return {
    stop() {
      clearInterval(timer);
      return Promise.all(answers);
    },
  };
}

/** The milliseconds of each request with this cookie in a window, one after another. All must be allowed. */
async function times(cookie: string): Promise<number[]> {
  const taken: number[] = [];
  const statuses = new Set<number>();
  const end = performance.now() + windowMs;
  while (performance.now() < end) {
    const begun = performance.now();
    statuses.add(await verify({ Cookie: cookie }));
    taken.push(performance.now() - begun);
    await pause(2);
  }
  expect([...statuses]).toEqual([200]);
  return taken;
}

function p99(taken: readonly number[]): number {
  return taken.toSorted((a, b) => a - b)[Math.floor(taken.length * 0.99)] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The p99 of a hot /verify in turns without and with the flood. */
async function measure(): Promise<{ quiet: number; flooded: number }[]> {
  const cookie = await signIn();
  await times(cookie); // until Node has compiled the code
  const found: { quiet: number; flooded: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const quiet = p99(await times(cookie));
    const attack = flood();
    const flooded = p99(await times(cookie));
    expect(new Set(await attack.stop())).toEqual(new Set([401, 429]));
    found.push({ quiet, flooded });
  }
  return found;
}

it(
  "wrong passwords of bcrypt keep the p99 of a hot /verify under three times that without them",
  { timeout },
  async () => {
    await start(bcrypt());

    const ratios = (await measure()).map(({ quiet, flooded }) => flooded / quiet);

    // The machine's other processes disturb some rounds, quiet ones as well.
    expect(median(ratios), `rounds: ${ratios.join(", ")}`).toBeLessThan(3);
  },
);

it(
  "wrong passwords of argon2id, which fills the processor's caches, let no request wait for a hash",
  { timeout },
  async () => {
    await start(argon2id());

    const flooded = (await measure()).map((round) => round.flooded);

    expect(median(flooded), `rounds: ${flooded.join(", ")}`).toBeLessThan(leastHashMs / 2);
  },
);

describe.each([
  ["bcrypt of cost 12", bcrypt],
  ["argon2id of 64 MiB", argon2id],
])(
  "20 wrong passwords a second from as many addresses, hashed with %s,",
  { timeout },
  (_, hash) => {
    it("fail no read of a session from files, and delay none by a hash", async () => {
      await start(hash());
      const cookies: string[] = [];
      for (let person = 0; person < people; person++) cookies.push(await signIn());
      const attack = flood();
      await doorward.logged("refused", 10);

      const statuses: number[] = [];
      const taken: number[] = [];
      for (const Cookie of cookies) {
        const begun = performance.now();
        statuses.push(await verify({ Cookie }));
        taken.push(performance.now() - begun);
      }
      await attack.stop();

      expect(statuses).toEqual(cookies.map(() => 200));
      expect(median(taken)).toBeLessThan(leastHashMs);
    });

    it("do not keep the process from ending cleanly at SIGTERM", async () => {
      await start(hash());
      const attack = flood();
      await doorward.logged("refused", 10);

      doorward.signal("SIGTERM");
      const { code, stderr, stdout } = await doorward.exit;
      const statuses = await attack.stop();

      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain('"stopped"');
      expect(stdout).not.toMatch(/"level":50|guess|sesame/);
      expect(statuses).not.toContain(200);
    });
  },
);
