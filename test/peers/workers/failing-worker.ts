import { setTimeout as pause } from "node:timers/promises";
import { setImmediate as later } from "node:timers";
import type { HashTask } from "../../../server/credentials/hash-worker.ts";

/** Fails in the way that the password names. */
const ways: Readonly<Record<string, (password: string) => unknown>> = {
  throw: (password) => {
    throw new Error(`no hash of ${password}`);
  },
  die: async (password) => {
    later(() => {
      throw new Error(`no hash of ${password}`);
    });
    await pause(60_000);
  },
  exit: () => process.exit(1),
  hang: () => pause(60_000),
  loop: () => {
    for (;;);
  },
};

export default function fail({ password }: HashTask): unknown {
  return ways[password]?.(password) ?? password;
}
