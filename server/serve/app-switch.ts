import type { RequestListener } from "node:http";
import type { App } from "../app/app.ts";
import { reasonsOf, type Log } from "../observe/log.ts";

/** An app for as long as it has requests. */
interface ActiveApp {
  readonly app: App;
  underWay: number;
  readonly onClose: () => void;
  ending: Promise<void> | undefined;
}

/** Hands each request to the app of the day, which may be changed between any two of them. */
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
    // What is answered already, as most questions are, needs its app no longer.
    if (response.writableEnded) return;
    active.underWay++;
    response.on("close", active.onClose);
  };

  /** From the next request on another app answers. The one before finishes what it has, and is closed. */
  change(next: App): void {
    const before = this.#active;
    this.#active = this.#begin(next);
    if (before.underWay === 0) void this.#end(before);
  }

  /** Closes every app that is not closed yet: for when no request can come any more. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#notEnded, (active) => this.#end(active)));
  }

  #begin(app: App): ActiveApp {
    const onClose = () => {
      active.underWay--;
      if (active !== this.#active && active.underWay === 0) void this.#end(active);
    };
    const active: ActiveApp = { app, underWay: 0, onClose, ending: undefined };
    this.#notEnded.add(active);
    return active;
  }

  #end(active: ActiveApp): Promise<void> {
    active.ending ??= active.app
      .close()
      .catch((error: unknown) =>
        this.#log.error({ reason: reasonsOf(error) }, "an app could not be closed"),
      )
      .finally(() => this.#notEnded.delete(active));
    return active.ending;
  }
}
