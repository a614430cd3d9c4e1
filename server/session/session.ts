import type { ShownRecord } from "./record.ts";

/** A signed-in state. What the issuer reports later is another object. */
export class Session {
  readonly record: ShownRecord;

  constructor(record: ShownRecord) {
    this.record = record;
  }

  /** The session in the log; undefined = the request has no session, but a token or a password. */
  get digest(): string | undefined {
    return undefined;
  }
}
