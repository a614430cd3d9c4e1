import { availableParallelism } from "node:os";
import type { Tinypool } from "tinypool";
import type { Log } from "../observe/log.ts";
import type { HashTask } from "./hash-worker.ts";

/** Whether a password matches a hash; undefined = it could not be checked, and the log has the reason. */
export type CheckHash = (task: HashTask) => Promise<boolean | undefined>;

export interface HashPool {
  readonly check: CheckHash;
  close(): Promise<void>;
}

interface Held {
  /** The module that a worker runs. */
  readonly worker: URL;
  /** For one check, the wait for a worker included. */
  readonly timeoutMs: number;
}

const ours: Held = { worker: new URL("hash-worker.ts", import.meta.url), timeoutMs: 30_000 };

/** One core is left to the thread of /verify. Each worker may need the memory of the largest argon2 hash. */
const mostWorkers = Math.min(2, Math.max(1, availableParallelism() - 1));
const idleMs = 120_000;

/**
 * Workers that check passwords. The first check starts them, and idle ones end. A failure ends all of them, and with
 * them the checks that wait; the next check starts new ones.
 */
export function createHashPool(log: Log, { worker, timeoutMs }: Held = ours): HashPool {
  let opened: Promise<Tinypool> | undefined;
  let isClosed = false;

  return {
    async check(task) {
      if (isClosed) return undefined;
      opened ??= openPool(worker, (error) => void fail(mine, error));
      const mine = opened;
      try {
        const pool = await mine;
        const result: unknown = await pool.run(task, { signal: AbortSignal.timeout(timeoutMs) });
        return result === true;
      } catch (error) {
        await fail(mine, error);
        return undefined;
      }
    },
    async close() {
      isClosed = true;
      const last = opened;
      opened = undefined;
      await end(last);
    },
  };

  /** The first failure of a pool is logged; the others follow from it. The message could contain what was checked. */
  async function fail(failed: Promise<Tinypool>, error: unknown): Promise<void> {
    if (opened !== failed) return;
    opened = undefined;
    log.error({ reason: nameOf(error) }, "password check failed");
    await end(failed);
  }
}

/** Loaded with the first check: a process without password users needs none of it. */
async function openPool(worker: URL, onError: (error: unknown) => void): Promise<Tinypool> {
  const { Tinypool: Pool } = await import("tinypool");
  const pool = new Pool({
    filename: worker.href,
    minThreads: 0,
    maxThreads: mostWorkers,
    idleTimeout: idleMs,
    env: {}, // a worker needs no secret of the environment
  });
  return pool.on("error", onError);
}

async function end(pool: Promise<Tinypool> | undefined): Promise<void> {
  await pool?.then(
    (ended) => ended.destroy(),
    () => undefined, // it never opened, which is logged
  );
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
