import { randomUUID } from "node:crypto";

/** The header of the id, in a proxy's request and in the answer. */
export const requestIdHeader = "X-Request-Id";

/** A request whose id the lines of the log about it have. */
export interface LoggedRequest {
  readonly requestId: string;
}

/** Characters that no log format, page or header has to escape. */
const grammar = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * An id that a page and the log share, short enough to read out on the phone: the 48 bits at the end of a UUID (RFC 9562
 * §5.4). Node draws the bits of many UUIDs at once, because drawing them takes longer than a challenge.
 */
export function createRequestId(): string {
  return randomUUID().slice(-12);
}

/** The id that a trusted proxy gave a request, or a new one if it sent none, or one that cannot be shown as it is. */
export function requestIdOf(sent: string | undefined): string {
  return sent !== undefined && grammar.test(sent) ? sent : createRequestId();
}
