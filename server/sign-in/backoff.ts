import { isWithin } from "../memory/cached.ts";

const ofIssuer = { firstMs: 1_000, longestMs: 60_000 };
/** So long an answer shows that an issuer is well; after that one question goes ahead of the others. */
const wellMs = 1_000;

/** Keeps questions from an issuer that is unwell: one goes out a step, and after a failure the steps grow. */
export class Backoff {
  readonly #now: () => number;
  readonly #pauses: typeof ofIssuer;
  #failure:
    | { readonly since: number; readonly until: number; readonly pauseMs: number }
    | undefined;
  #wellAt = Number.NEGATIVE_INFINITY;
  /** The one question that is out while nobody knows how the issuer is. */
  #probe: PromiseWithResolvers<void> | undefined;

  constructor(now: () => number, pauses = ofIssuer) {
    this.#now = now;
    this.#pauses = pauses;
  }

  /** Whether nobody has been answered since the last failure. */
  get isUnwell(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether nobody is let in now. */
  get isShut(): boolean {
    if (this.#failure === undefined) return false;
    return (
      this.#probe !== undefined || isWithin(this.#now(), this.#failure.since, this.#failure.until)
    );
  }

  /** Whether to ask now. Whoever is let in says afterwards how it went. */
  async enter(): Promise<boolean> {
    while (!this.isShut) {
      if (isWithin(this.#now(), this.#wellAt, this.#wellAt + wellMs)) return true;
      if (this.#probe === undefined) {
        this.#probe = Promise.withResolvers();
        return true;
      }
      await this.#probe.promise;
    }
    return false;
  }

  succeeded(): void {
    this.#failure = undefined;
    this.#wellAt = this.#now();
    this.abandoned();
  }

  failed(): void {
    // Those who went out together fail together, and that is one failure.
    if (this.#failure !== undefined && this.#probe === undefined) return;
    const { firstMs, longestMs } = this.#pauses;
    const pauseMs = Math.min((this.#failure?.pauseMs ?? firstMs / 2) * 2, longestMs);
    const since = this.#now();
    this.#failure = { pauseMs, since, until: since + pauseMs };
    this.#wellAt = Number.NEGATIVE_INFINITY;
    this.abandoned();
  }

  /** It came to nothing that says how the issuer is. */
  abandoned(): void {
    this.#probe?.resolve();
    this.#probe = undefined;
  }
}
