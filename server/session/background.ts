import { reasonsOf, type Log } from "../observe/log.ts";

/** What goes on behind answers: only the end of the process waits for it, and a failure is a warning. */
export class BackgroundTasks {
  readonly #log: Log;
  readonly #works = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** `failure` is what the log says if it fails. */
  run(failure: string, work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => this.warn(failure, error))
      .finally(() => this.#works.delete(running));
    this.#works.add(running);
  }

  warn(failure: string, error: unknown): void {
    this.#log.warn({ reason: reasonsOf(error) }, failure);
  }

  /** Lets what has begun finish, and what that begins. */
  async settle(): Promise<void> {
    while (this.#works.size > 0) await Promise.allSettled(this.#works);
  }
}
