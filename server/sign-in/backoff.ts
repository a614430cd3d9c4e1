const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/** Keeps questions from an issuer that is unwell: after a failure one goes out a step, and the steps grow. */
export class Backoff {
  readonly #now: () => number;
  #failure: { readonly until: number; readonly pauseMs: number } | undefined;
  #isProbing = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether nobody is let in now. */
  get isShut(): boolean {
    return this.#failure !== undefined && (this.#isProbing || this.#now() < this.#failure.until);
  }

  /** Whether to ask now. Whoever is let in says afterwards how it went. */
  enter(): boolean {
    if (this.isShut) return false;
    this.#isProbing = this.#failure !== undefined;
    return true;
  }

  succeeded(): void {
    this.#failure = undefined;
    this.#isProbing = false;
  }

  failed(): void {
    // Those who went out together fail together, and that is one failure.
    if (this.#failure !== undefined && !this.#isProbing) return;
    const pauseMs = Math.min((this.#failure?.pauseMs ?? firstPauseMs / 2) * 2, longestPauseMs);
    this.#failure = { pauseMs, until: this.#now() + pauseMs };
    this.#isProbing = false;
  }
}
