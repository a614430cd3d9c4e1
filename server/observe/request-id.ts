import { randomBytes } from "node:crypto";

/** The header of the id, in a proxy's request and in the answer. */
export const requestIdHeader = "X-Request-Id";

/** A request whose id the lines of the log about it have. */
export interface LoggedRequest {
  readonly requestId: string;
}

/** Characters that no log format, page or header has to escape. */
const grammar = /^[A-Za-z0-9._-]{1,64}$/;

/** An id that a page and the log share, short enough to read out on the phone. */
export function createRequestId(): string {
  return randomBytes(6).toString("hex");
}

/** The id that a trusted proxy gave a request, or a new one if it sent none, or one that cannot be shown as it is. */
export function requestIdOf(sent: string | undefined): string {
  return sent !== undefined && grammar.test(sent) ? sent : createRequestId();
}
