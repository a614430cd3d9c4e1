import { randomBytes } from "node:crypto";

/** An id that an error page and the log share, short enough to read out on the phone. */
export function createRequestId(): string {
  return randomBytes(6).toString("hex");
}
