import { setTimeout as pause } from "node:timers/promises";
import * as v from "valibot";
import type { Records } from "./records.ts";
import type { Store } from "./store.ts";

const claim = v.object({ holder: v.string() });

/** Time for a concurrent write of another replica to become visible. */
export const settleMs = 50;

/**
 * Claims in a shared store without an atomic "set if absent". Of two concurrent claims the last write wins, and
 * both read it back after a pause. That is best effort: such a store allows nothing stricter.
 */
export class SharedClaims implements Pick<Store, "claim" | "extend" | "release"> {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  async claim(key: string, holder: string, ttlMs: number): Promise<boolean> {
    if ((await this.#records.read(key)) !== null) return false;
    await this.#records.write(key, { holder }, ttlMs);
    await pause(settleMs);
    return this.#isOf(key, holder);
  }

  async extend(key: string, holder: string, ttlMs: number): Promise<boolean> {
    if (!(await this.#isOf(key, holder))) return false;
    await this.#records.write(key, { holder }, ttlMs);
    return true;
  }

  async release(key: string, holder: string): Promise<void> {
    if (await this.#isOf(key, holder)) await this.#records.remove(key);
  }

  async #isOf(key: string, holder: string): Promise<boolean> {
    const read = v.safeParse(claim, await this.#records.read(key));
    return read.success && read.output.holder === holder;
  }
}
