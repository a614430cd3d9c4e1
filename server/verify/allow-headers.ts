import type { Config } from "../config/schema.ts";
import type { Log } from "../observe/log.ts";
import {
  createIdentityHeaders,
  mostHeaderBytes,
  type IdentityHeaders,
} from "../policy/identity-headers.ts";

/**
 * The part of the head that is left to the assertion, however long the identity headers are: enough for a dozen groups.
 * More would leave no room for an access token.
 */
const assertionBytes = 1_280;

interface AllowHeaders {
  /** Without the assertion, which depends on the app too. */
  readonly identityHeaders: IdentityHeaders;
  /** Of a response without an identity: every header is empty, the assertion's too. */
  readonly anonymousHeaders: readonly string[];
}

/** Prepares the headers of an allow. */
export function createAllowHeaders(
  { headers, assertion }: Pick<Config, "headers" | "assertion">,
  log: Log,
  named: ReadonlySet<string>,
): AllowHeaders {
  if (assertion === undefined) {
    const identityHeaders = createIdentityHeaders(headers, log, named);
    return { identityHeaders, anonymousHeaders: identityHeaders(undefined) };
  }
  const mostBytes = mostHeaderBytes - assertionBytes;
  const identityHeaders = createIdentityHeaders(headers, log, named, mostBytes);
  const anonymousHeaders = [...identityHeaders(undefined), assertion.header, ""];
  return { identityHeaders, anonymousHeaders };
}
