import { argon2Sync, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashSync } from "bcryptjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSite, type Site } from "../../server/config/site.ts";
import type { Sessions } from "../../server/session/sessions.ts";
import { openStore } from "../../server/store/open-store.ts";
import { send } from "../peers/browser.ts";
import { measure, measuring } from "../peers/measured.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { newSession, openSessions } from "../peers/sessions.ts";
import { forwarded } from "../peers/sign-in-door.ts";
import { median } from "../peers/times.ts";

const issuer = "http://127.0.0.1:9";
const wrongASecond = 20;
const hot = 300;
const rounds = 3;
const people = 100;
/** On a busy machine, each flood's last checks take seconds. */
const timeout = 180_000;
/** A hash of either kind takes at least as long, on any machine. */
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
  const rules = [{ path: "/machines/*", basic: true, provider: "users", allow: "signed-in" }];
  doorward = await startProcess(
    (port) => ({ ...settingsFor(port, issuer), storage, users, rules }),
    measuring,
  );
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

interface Guess {
  readonly status: number;
  readonly took: number;
}

/** Sends wrong passwords, each from an address of its own, until it is stopped; resolves with the answers. */
function flood(): { stop(): Promise<Guess[]> } {
  const answers: Promise<Guess>[] = [];
  const guess = async () => {
    guesses++;
    const text = Buffer.from(`robot:guess ${guesses}`).toString("base64");
    const begun = performance.now();
    const status = await verify({
      "X-Forwarded-Uri": "/machines/x",
      "X-Forwarded-For": `198.51.${guesses >> 8}.${guesses & 255}`,
      Authorization: `Basic ${text}`,
    }).catch(() => 0);
    return { status, took: performance.now() - begun };
  };
  const timer = setInterval(() => answers.push(guess()), 1_000 / wrongASecond);
  return {
    stop() {
      clearInterval(timer);
      return Promise.all(answers);
    },
  };
}

/** The median milliseconds of requests with these cookies, one after another. All must be allowed. */
async function timeOf(cookies: readonly string[]): Promise<number> {
  const taken: number[] = [];
  const statuses = new Set<number>();
  for (const Cookie of cookies) {
    const begun = performance.now();
    statuses.add(await verify({ Cookie }));
    taken.push(performance.now() - begun);
  }
  expect([...statuses]).toEqual([200]);
  return median(taken);
}

describe.each([
  ["bcrypt of cost 12", bcrypt],
  ["argon2id of 64 MiB", argon2id],
])(
  "20 wrong passwords a second from as many addresses, hashed with %s,",
  { timeout },
  (_, hash) => {
    it("delay no request by a hash, and fail no read of a session from files", async () => {
      await start(hash());
      const cold: string[] = [];
      for (let person = 0; person < people; person++) cold.push(await signIn());
      const requests = Array.from({ length: hot }, () => cold[0] ?? "");
      await timeOf(requests); // until Node has compiled the code
      const ratios: number[] = [];
      const blocked: number[] = [];
      const guessed: Guess[] = [];
      let reads = 0;

      for (let round = 1; round <= rounds; round++) {
        const quiet = await timeOf(requests);
        const seen = await doorward.logged("refused", 0);
        const attack = flood();
        await doorward.logged("refused", seen.length + 5);
        await measure(doorward);
        ratios.push((await timeOf(requests)) / quiet);
        blocked.push((await measure(doorward)).blockedMs);
        if (round === rounds) reads = await timeOf(cold.slice(1));
        guessed.push(...(await attack.stop()));
      }

      expect(new Set(guessed.map(({ status }) => status))).toEqual(new Set([401, 429]));
      // A delay by the flood is in every round; the machine's other processes disturb some, quiet ones as well.
      expect(Math.min(...ratios), `rounds: ${ratios.join(", ")}`).toBeLessThan(3);
      expect(Math.max(...blocked)).toBeLessThan(leastHashMs / 2);
      const checked = guessed.filter(({ status }) => status === 401);
      expect(reads).toBeLessThan(Math.min(...checked.map(({ took }) => took)));
    });

    it("do not keep the process from ending cleanly at SIGTERM", async () => {
      await start(hash());
      const attack = flood();
      await doorward.logged("refused", 10);

      doorward.signal("SIGTERM");
      const { code, stderr, stdout } = await doorward.exit;
      const statuses = (await attack.stop()).map(({ status }) => status);

      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain('"stopped"');
      expect(stdout).not.toMatch(/"level":50|guess|sesame/);
      expect(statuses).not.toContain(200);
    });
  },
);
