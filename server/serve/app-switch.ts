import type { RequestListener } from "node:http";
import type { App } from "../app/app.ts";
import { reasonsOf, type Log } from "../observe/log.ts";

/** An app and its in-flight requests. */
interface ActiveApp {
  readonly app: App;
  inFlight: number;
  readonly onClose: () => void;
  ending: Promise<void> | undefined;
}

/** Passes each request to the active app, which can be replaced between any two requests. */
export class AppSwitch {
  #active: ActiveApp;
  readonly #notEnded = new Set<ActiveApp>();
  readonly #log: Log;

  constructor(app: App, log: Log) {
    this.#active = this.#begin(app);
    this.#log = log;
  }

  get app(): App {
    return this.#active.app;
  }

  readonly listener: RequestListener = (request, response) => {
    const active = this.#active;
    active.app.listener(request, response);
    // Most requests of /verify are answered by now, and no longer need their app.
    if (response.writableEnded) return;
    active.inFlight++;
    response.on("close", active.onClose);
  };

  /** Uses another app from the next request on. The previous one finishes its requests, and is then closed. */
  change(next: App): void {
    const before = this.#active;
    this.#active = this.#begin(next);
    if (before.inFlight === 0) void this.#end(before);
  }

  /** Closes every app that is still open. To be called when no more requests can arrive. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#notEnded, (active) => this.#end(active)));
  }

  #begin(app: App): ActiveApp {
    const onClose = () => {
      active.inFlight--;
      if (active !== this.#active && active.inFlight === 0) void this.#end(active);
    };
    const active: ActiveApp = { app, inFlight: 0, onClose, ending: undefined };
    this.#notEnded.add(active);
    return active;
  }

  #end(active: ActiveApp): Promise<void> {
    active.ending ??= active.app
      .close()
      .catch((error: unknown) =>
        this.#log.error({ reason: reasonsOf(error) }, "could not close the previous app"),
      )
      .finally(() => this.#notEnded.delete(active));
    return active.ending;
  }
}
