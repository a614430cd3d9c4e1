import { setTimeout as pause } from "node:timers/promises";
import type { App } from "../app/app.ts";
import type { Changes } from "../config/changes.ts";
import type { Config } from "../config/schema.ts";
import { reasonsOf, type Log } from "../observe/log.ts";
import type { Listeners } from "./listeners.ts";
import type { AppSwitch } from "./app-switch.ts";

const lookMs = 1_000;
/** Long enough for an editor, or for whoever swaps several files, to be done. */
const secondTryMs = 300;

export interface Made {
  readonly config: Config;
  readonly app: App;
}

interface Parts {
  /** An app from the files as they are now, beside the one that answers. */
  readonly make: (before: App) => Promise<Made>;
  readonly changes: Changes;
  readonly appSwitch: AppSwitch;
  readonly listeners: Listeners;
  readonly log: Log;
}

/** Reads the configuration when it is told to, or when its files change, and puts it in place whole or not at all. */
export class Reloader {
  readonly #parts: Parts;
  #loadedAt = new Date();
  #reloading: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** One at a time; a fault leaves everything as it was and stands in the log. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  /** Looks at the files until it is stopped. */
  async watch(): Promise<void> {
    while (!this.#isStopped) {
      await pause(lookMs, undefined, { ref: false });
      if (!this.#isStopped && (await this.#parts.changes.look())) await this.reload();
    }
  }

  /** Once this resolves nothing is put in place any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reloading;
  }

  async #reload(): Promise<void> {
    if (this.#isStopped) return;
    const { appSwitch, log } = this.#parts;
    const { counts } = appSwitch.app;
    try {
      await this.#replace(appSwitch.app);
      this.#loadedAt = new Date();
      counts.reloaded++;
      log.info("the configuration was read anew");
    } catch (error) {
      counts.reloadFailed++;
      log.error(
        { reason: reasonsOf(error), since: this.#loadedAt.toISOString() },
        "the configuration cannot be used: the one before stays",
      );
    }
  }

  async #replace(before: App): Promise<void> {
    const { make, appSwitch, listeners } = this.#parts;
    const { config, app } = await make(before).catch(async () => {
      await pause(secondTryMs);
      return make(before);
    });
    try {
      await listeners.rebind(config);
    } catch (error) {
      await app.close();
      throw error;
    }
    appSwitch.change(app);
  }
}
