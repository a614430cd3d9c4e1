import type { App } from "../app/app.ts";
import { factsOf } from "../config/storage-drivers.ts";
import type { Log } from "../observe/log.ts";
import { noteSecrets, otherSecrets, renewMs } from "../session/secret-marks.ts";

type WatchedApp = Pick<App, "store" | "storage" | "secretMarks">;

/** Warns once if another doorward uses the same store with other secrets. Begins at once, and never fails a start. */
export class SecretWatch {
  readonly #appNow: () => WatchedApp;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #noting: Promise<void>;
  #isTold = false;

  constructor(appNow: () => WatchedApp, log: Log) {
    this.#appNow = appNow;
    this.#log = log;
    this.#noting = this.#note();
    this.#timer = setInterval(() => {
      this.#noting = this.#note();
    }, renewMs).unref();
  }

  /** After this resolves, the store is not used. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#noting;
  }

  async #note(): Promise<void> {
    const { store, storage, secretMarks } = this.#appNow();
    if (factsOf(storage)?.reach === "process") return;
    try {
      const areOthers = await noteSecrets(store, secretMarks, Date.now());
      if (areOthers && !this.#isTold) this.#log.warn({ store: storage.driver }, otherSecrets);
      this.#isTold = areOthers;
    } catch {
      // A store that fails is reported by what needs it.
    }
  }
}
