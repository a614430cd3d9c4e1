import { randomBytes } from "node:crypto";

/** What a page shows and the log repeats: short enough to read out on the telephone. */
export function createRequestId(): string {
  return randomBytes(6).toString("hex");
}
