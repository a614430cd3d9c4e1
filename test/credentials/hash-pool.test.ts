import { argon2Sync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { hashSync } from "bcryptjs";
import { afterEach, describe, expect, it } from "vitest";
import { createHashPool, type HashPool } from "../../server/credentials/hash-pool.ts";
import { parsePasswordHash, type PasswordHash } from "../../server/credentials/password-hash.ts";
import { capturingLog } from "../peers/capturing-log.ts";

const failing = new URL("../peers/workers/failing-worker.ts", import.meta.url);

function hashOf(written: string): PasswordHash {
  const hash = parsePasswordHash(written);
  if ("fault" in hash) throw new Error(hash.fault);
  return hash;
}

function argon2id(password: string, memory: number, passes: number): PasswordHash {
  const [nonce, parallelism] = [Buffer.alloc(16, "n"), 1];
  const cost = { memory, passes, parallelism };
  const tag = argon2Sync("argon2id", { message: password, nonce, ...cost, tagLength: 32 });
  return {
    kind: "argon2id",
    ...cost,
    nonce: nonce.toString("base64"),
    tag: tag.toString("base64"),
  };
}

const quick = hashOf(hashSync("right", 4));

describe("the hash pool", () => {
  const { log, events } = capturingLog();
  let pool: HashPool;

  afterEach(async () => {
    await pool.close();
    events.length = 0;
  });

  it.each([
    ["bcrypt", quick],
    ["argon2id", argon2id("right", 64, 1)],
  ])("finds a password right or wrong by its hash of %s", async (_, hash) => {
    pool = createHashPool(log);

    expect(await pool.check({ password: "right", hash })).toBe(true);
    expect(await pool.check({ password: "wrong", hash })).toBe(false);
    expect(events).toEqual([]);
  });

  it("leaves the threads that read files free", async () => {
    pool = createHashPool(log);
    const hash = argon2id("right", 32 * 1024, 3);
    await pool.check({ password: "first", hash: quick });
    let finished = 0;
    const count = () => finished++;

    const checks = Array.from({ length: 8 }, (__, index) =>
      pool.check({ password: `${index}`, hash }).finally(count),
    );
    for (let index = 0; index < 4; index++) await stat("/");

    expect(finished).toBe(0);
    expect(await Promise.all(checks)).toEqual(checks.map(() => false));
  });

  it.runIf(process.platform === "linux")("works at a lower priority than /verify", async () => {
    pool = createHashPool(log);
    await pool.check({ password: "first", hash: quick });

    const nice = readdirSync("/proc/self/task").map((thread) => niceness(thread));

    expect(niceness(String(process.pid))).toBe(Math.min(...nice));
    expect(Math.max(...nice)).toBeGreaterThanOrEqual(Math.min(19, Math.min(...nice) + 10));
  });

  it("starts no worker after it is closed", async () => {
    pool = createHashPool(log);
    await pool.close();

    expect(await pool.check({ password: "right", hash: quick })).toBeUndefined();
    expect(events).toEqual([]);
  });

  it("rejects the unfinished checks when it is closed, without a log line", async () => {
    pool = createHashPool(log, { worker: failing, timeoutMs: 10_000 });
    const check = pool.check({ password: "hang", hash: quick });

    await pool.close();

    expect(await check).toBeUndefined();
    expect(events).toEqual([]);
  });
});

// Concurrent, because two of them wait for the time limit.
describe.concurrent("a worker that", () => {
  it.for<[string, string, string, number]>([
    ["throws", "throw", "Error", 60_000],
    ["dies", "die", "Error", 60_000],
    ["exits", "exit", "AbortError", 60_000],
    ["does not answer", "hang", "AbortError", 4_000],
    ["computes for ever", "loop", "AbortError", 4_000],
  ])(
    "%s gives no answer and one log line, and the next check gets a new one",
    async ([, password, reason, timeoutMs], test) => {
      const { log, events } = capturingLog();
      const pool = createHashPool(log, { worker: failing, timeoutMs });
      test.onTestFinished(() => pool.close());

      const check = pool.check({ password, hash: quick });
      const waiting = Array.from({ length: 4 }, () =>
        pool.check({ password: "hang", hash: quick }),
      );

      expect(await Promise.all([check, ...waiting])).toEqual(
        [check, ...waiting].map(() => undefined),
      );
      expect(events).toEqual([expect.objectContaining({ msg: "password check failed", reason })]);
      expect(JSON.stringify(events)).not.toContain("no hash of");
      // Asked again where a worker starts so slowly that the time limit comes first.
      await test.expect
        .poll(() => pool.check({ password: "anything else", hash: quick }))
        .toBe(false);
    },
  );

  it("cannot be loaded gives no answer", async (test) => {
    const { log, events } = capturingLog();
    const worker = new URL("missing.ts", import.meta.url);
    const pool = createHashPool(log, { worker, timeoutMs: 60_000 });
    test.onTestFinished(() => pool.close());

    expect(await pool.check({ password: "right", hash: quick })).toBeUndefined();
    expect(events).toEqual([expect.objectContaining({ msg: "password check failed" })]);
  });
});

/** Field 19 of proc_pid_stat(5). The name, field 2, may contain spaces. */
function niceness(thread: string): number {
  const text = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[16]);
}
