import { setTimeout as pause } from "node:timers/promises";
import type { App } from "../app/app.ts";
import type { Changes } from "../config/changes.ts";
import type { Config } from "../config/schema.ts";
import type { Audit } from "../observe/audit.ts";
import { configureCounts } from "../observe/counts.ts";
import { reasonsOf } from "../observe/log.ts";
import type { Listeners } from "./listeners.ts";
import type { AppSwitch } from "./app-switch.ts";

const lookMs = 1_000;
/** An editor, or a tool that replaces several files, is done by then. */
const secondTryMs = 300;

export interface Made {
  readonly config: Config;
  readonly app: App;
}

interface Parts {
  /** Makes an app from the current files, while the active one goes on answering. */
  readonly make: (before: App) => Promise<Made>;
  readonly changes: Changes;
  readonly appSwitch: AppSwitch;
  readonly listeners: Listeners;
  readonly audit: Audit;
  /** Called with each configuration that is in use from now on. */
  readonly onApplied: (config: Config) => void;
}

/** Reloads the configuration on request, or when its files change, and applies all of it or nothing. */
export class Reloader {
  readonly #parts: Parts;
  #loadedAt = new Date();
  #reloading: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    configureCounts(parts.appSwitch.app.counts, parts.appSwitch.app.names);
    this.#showState(true);
  }

  /** One reload at a time. A fault changes nothing and is logged. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  /** Watches the files until `stop`. */
  async watch(): Promise<void> {
    while (!this.#isStopped) {
      await pause(lookMs, undefined, { ref: false });
      if (!this.#isStopped && (await this.#parts.changes.look())) await this.reload();
    }
  }

  /** After this resolves, no configuration is applied. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reloading;
  }

  async #reload(): Promise<void> {
    if (this.#isStopped) return;
    const { appSwitch, audit } = this.#parts;
    const { counts } = appSwitch.app;
    try {
      await this.#replace(appSwitch.app);
      this.#loadedAt = new Date();
      counts.reloads.add("applied");
      configureCounts(counts, appSwitch.app.names);
      this.#showState(true);
      audit("config_reloaded", "applied", {});
    } catch (error) {
      counts.reloads.add("rejected");
      this.#showState(false);
      const since = this.#loadedAt.toISOString();
      audit("config_reloaded", "rejected", {}, { detail: reasonsOf(error), since });
    }
  }

  #showState(isCurrent: boolean): void {
    const { counts } = this.#parts.appSwitch.app;
    counts.reloadSucceeded.set(isCurrent);
    counts.reloadedAt.set(this.#loadedAt.getTime() / 1000);
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
    this.#parts.onApplied(config);
  }
}
