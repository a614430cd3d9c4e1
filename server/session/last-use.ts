import type { TokenCache } from "../memory/token-cache.ts";
import type { BackgroundTasks } from "./background.ts";
import type { HotSession } from "./hot-session.ts";
import type { SealedRecords } from "./sealed-records.ts";

interface Parts {
  readonly records: SealedRecords;
  readonly hot: TokenCache<HotSession>;
  readonly background: BackgroundTasks;
  readonly idleMs: number;
}

/** Writes the time of last use in the background. A failure shortens the idle time; the session is kept. */
export class LastUse {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  note(token: string, session: HotSession): void {
    if (session.isTouching || !this.#isUnstored(session)) return;
    const { background } = this.#parts;
    background.run("could not store the time of last use of a session", () =>
      this.#store(token, session),
    );
  }

  async #store(token: string, session: HotSession): Promise<void> {
    const { records, hot } = this.#parts;
    session.isTouching = true;
    try {
      while (this.#isUnstored(session)) {
        const stored = await records.read(token);
        const { usedAt } = session;
        session.storedUsedAt = usedAt;
        if (stored === undefined) hot.delete(token);
        else {
          const record = { ...stored.record, usedAt };
          await records.replace(token, record, stored.version);
          // Also if it began before sessions were listed, or with an older secret.
          await records.list(token, record);
        }
      }
    } finally {
      session.isTouching = false;
    }
  }

  /** True at most once per tenth of the idle time, or when the clock was set back. */
  #isUnstored({ usedAt, storedUsedAt }: HotSession): boolean {
    return Math.abs(usedAt - storedUsedAt) >= this.#parts.idleMs / 10;
  }
}
