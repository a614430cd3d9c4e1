import { reasonsOf, type Log } from "../observe/log.ts";

/** Work in the background: only shutdown waits for it, and a failure is logged as a warning. */
export class BackgroundTasks {
  readonly #log: Log;
  readonly #tasks = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** `failure` is the log message if the work fails. */
  run(failure: string, work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => this.warn(failure, error))
      .finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }

  warn(failure: string, error: unknown): void {
    this.#log.warn({ reason: reasonsOf(error) }, failure);
  }

  /** Waits for all running work, and for the work that it starts. */
  async settle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled(this.#tasks);
  }
}
