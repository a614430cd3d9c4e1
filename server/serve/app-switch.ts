import type { RequestListener } from "node:http";
import type { App } from "../app/app.ts";
import { reasonsOf, type Log } from "../observe/log.ts";

/** An app for as long as it has requests. */
interface Shift {
  readonly app: App;
  underWay: number;
  readonly onClose: () => void;
  ending: Promise<void> | undefined;
}

/** Hands each request to the app of the day, which may be changed between any two of them. */
export class Relay {
  #shift: Shift;
  readonly #notEnded = new Set<Shift>();
  readonly #log: Log;

  constructor(app: App, log: Log) {
    this.#shift = this.#begin(app);
    this.#log = log;
  }

  get app(): App {
    return this.#shift.app;
  }

  readonly listener: RequestListener = (request, response) => {
    const shift = this.#shift;
    shift.app.listener(request, response);
    // What is answered already, as most questions are, needs its app no longer.
    if (response.writableEnded) return;
    shift.underWay++;
    response.on("close", shift.onClose);
  };

  /** From the next request on another app answers. The one before finishes what it has, and is closed. */
  change(next: App): void {
    const before = this.#shift;
    this.#shift = this.#begin(next);
    if (before.underWay === 0) void this.#end(before);
  }

  /** Closes every app that is not closed yet: for when no request can come any more. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#notEnded, (shift) => this.#end(shift)));
  }

  #begin(app: App): Shift {
    const onClose = () => {
      shift.underWay--;
      if (shift !== this.#shift && shift.underWay === 0) void this.#end(shift);
    };
    const shift: Shift = { app, underWay: 0, onClose, ending: undefined };
    this.#notEnded.add(shift);
    return shift;
  }

  #end(shift: Shift): Promise<void> {
    shift.ending ??= shift.app
      .close()
      .catch((error: unknown) =>
        this.#log.error({ reason: reasonsOf(error) }, "an app could not be closed"),
      )
      .finally(() => this.#notEnded.delete(shift));
    return shift.ending;
  }
}
