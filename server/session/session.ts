import type { ShownRecord } from "./record.ts";

/** A signed-in state. What the issuer reports later is another object. */
export class Session {
  readonly record: ShownRecord;

  constructor(record: ShownRecord) {
    this.record = record;
  }
}
