import type { HttpResponse } from "../http/response.ts";
import type { Decider } from "../policy/rules.ts";
import type { Site } from "../config/site.ts";
import type { ShownRecord } from "./record.ts";

/**
 * Somebody who is signed in. What the issuer says later is another object. The gate keeps here what it has found
 * out already: in a map beside it would be one more place of memory that is not in the processor's cache.
 */
export class Session {
  readonly record: ShownRecord;
  /** What lets a request of theirs pass, made once. */
  allowed: HttpResponse | undefined = undefined;
  /** The same where anybody may pass. */
  allowedInPublic: HttpResponse | undefined = undefined;
  /** What has let them pass at which site: it would say the same of them again. */
  passedBy: Decider | undefined = undefined;
  passedAt: Site | undefined = undefined;

  constructor(record: ShownRecord) {
    this.record = record;
  }
}
