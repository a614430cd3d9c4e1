import { isWithin } from "../memory/cached.ts";

const ofIssuer = { firstMs: 1_000, longestMs: 60_000 };
/** How long a successful response counts as healthy; after that a single probe goes before the other requests. */
const wellMs = 1_000;

/** Limits requests to a failing issuer: one probe per step, with steps that double after each failure. */
export class Backoff {
  readonly #now: () => number;
  readonly #pauses: typeof ofIssuer;
  #failure:
    | { readonly since: number; readonly until: number; readonly pauseMs: number }
    | undefined;
  #wellAt = Number.NEGATIVE_INFINITY;
  /** The one request in flight while the issuer's state is unknown. */
  #probe: PromiseWithResolvers<void> | undefined;

  constructor(now: () => number, pauses = ofIssuer) {
    this.#now = now;
    this.#pauses = pauses;
  }

  /** Whether no request has succeeded since the last failure. */
  get isUnwell(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether no request may be sent now. */
  get isShut(): boolean {
    if (this.#failure === undefined) return false;
    return (
      this.#probe !== undefined || isWithin(this.#now(), this.#failure.since, this.#failure.until)
    );
  }

  /** Whether to send a request now. If so, the caller reports its result: succeeded, failed or abandoned. */
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
    // Requests that were in flight together and failed together are one failure.
    if (this.#failure !== undefined && this.#probe === undefined) return;
    const { firstMs, longestMs } = this.#pauses;
    const pauseMs = Math.min((this.#failure?.pauseMs ?? firstMs / 2) * 2, longestMs);
    const since = this.#now();
    this.#failure = { pauseMs, since, until: since + pauseMs };
    this.#wellAt = Number.NEGATIVE_INFINITY;
    this.abandoned();
  }

  /** The request ended without showing whether the issuer is healthy. */
  abandoned(): void {
    this.#probe?.resolve();
    this.#probe = undefined;
  }
}
