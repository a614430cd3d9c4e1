import type { ShownRecord } from "./record.ts";

/** A signed-in state. What the issuer reports later is another object. */
export class Session {
  readonly record: ShownRecord;
  /**
   * What `/verify` has prepared for the session. A field and not a `WeakMap`, because a look-up by the session would cost
   * every request another read of memory that the processor has not cached.
   */
  prepared: object | undefined;

  constructor(record: ShownRecord) {
    this.record = record;
    this.prepared = undefined;
  }

  /** The session in the log; undefined = the request has no session, but a token or a password. */
  get digest(): string | undefined {
    return undefined;
  }
}
