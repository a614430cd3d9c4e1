import { setTimeout as pause } from "node:timers/promises";
import { createApp, type App } from "./app.ts";
import { Changes } from "./config/changes.ts";
import { filesOf, loadConfig, type Source } from "./config/load.ts";
import type { Config } from "./config/schema.ts";
import { reasonsOf, type Log } from "./observe/log.ts";
import type { Places } from "./places.ts";
import type { Relay } from "./relay.ts";

const lookMs = 1_000;
/** Long enough for an editor, or for whoever swaps several files, to be done. */
const secondTryMs = 300;

interface Made {
  readonly config: Config;
  readonly app: App;
}

/** Reads the configuration when it is told to, or when its files change, and puts it in place whole or not at all. */
export class Reloader {
  readonly #source: Source;
  readonly #changes: Changes;
  readonly #log: Log;
  #loadedAt = new Date();
  #reloading: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(source: Source, log: Log) {
    this.#source = source;
    this.#changes = new Changes(filesOf(source));
    this.#log = log;
  }

  /** An app from the files as they are now. Throws a `ConfigError`, or why the store cannot be opened. */
  async make(before?: App): Promise<Made> {
    await this.#changes.mark();
    const config = loadConfig(this.#source);
    return { config, app: await createApp(config, { log: this.#log }, before) };
  }

  /** One at a time; a fault leaves everything as it was and stands in the log. */
  reload(relay: Relay, places: Places): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload(relay, places));
    return this.#reloading;
  }

  /** Looks at the files until it is stopped. */
  async watch(relay: Relay, places: Places): Promise<void> {
    while (!this.#isStopped) {
      await pause(lookMs, undefined, { ref: false });
      if (!this.#isStopped && (await this.#changes.look())) await this.reload(relay, places);
    }
  }

  /** Once this resolves nothing is put in place any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#reloading;
  }

  async #reload(relay: Relay, places: Places): Promise<void> {
    if (this.#isStopped) return;
    const { counts } = relay.app;
    try {
      const { config, app } = await this.#makeInTwoTries(relay.app);
      await places.move(config).catch(async (error: unknown) => {
        await app.close();
        throw error;
      });
      relay.change(app);
      this.#loadedAt = new Date();
      counts.reloaded++;
      this.#log.info("the configuration was read anew");
    } catch (error) {
      counts.reloadFailed++;
      const since = this.#loadedAt.toISOString();
      this.#log.error(
        { reason: reasonsOf(error), since },
        "the configuration cannot be used: the one before stays",
      );
    }
  }

  async #makeInTwoTries(before: App): Promise<Made> {
    try {
      return await this.make(before);
    } catch {
      await pause(secondTryMs);
      return this.make(before);
    }
  }
}
