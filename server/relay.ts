import type { RequestListener } from "node:http";
import type { App } from "./app.ts";
import { reasonsOf, type Log } from "./observe/log.ts";

/** An app for as long as it has requests. */
interface Shift {
  readonly app: App;
  underWay: number;
  readonly onClose: () => void;
  readonly ended: PromiseWithResolvers<void>;
}

/** Hands each request to the app of the day, which may be changed between any two of them. */
export class Relay {
  #shift: Shift;
  #retiring: Promise<unknown> = Promise.resolve();
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
    shift.underWay++;
    // One function a shift, not one a request: this stands on every answer's way.
    response.on("close", shift.onClose);
    shift.app.listener(request, response);
  };

  /** From the next request on another app answers. The one before finishes what it has, and is closed. */
  change(next: App): void {
    const before = this.#shift;
    this.#shift = this.#begin(next);
    if (before.underWay === 0) before.ended.resolve();
    const retired = before.ended.promise.then(() => this.#close(before.app));
    this.#retiring = Promise.all([this.#retiring, retired]);
  }

  /** To be called when no request can come any more. */
  async close(): Promise<void> {
    await this.#close(this.app);
    await this.#retiring;
  }

  #begin(app: App): Shift {
    const shift: Shift = {
      app,
      underWay: 0,
      ended: Promise.withResolvers(),
      onClose: () => {
        shift.underWay--;
        if (shift !== this.#shift && shift.underWay === 0) shift.ended.resolve();
      },
    };
    return shift;
  }

  async #close(app: App): Promise<void> {
    try {
      await app.close();
    } catch (error) {
      this.#log.error({ reason: reasonsOf(error) }, "a store could not be closed");
    }
  }
}
