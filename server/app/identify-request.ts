import { RequestHeaders } from "../forwarded/request-headers.ts";
import { createAddressRanges } from "../http/address-ranges.ts";
import { createRequestId } from "../observe/request-id.ts";

interface Asked {
  readonly rawHeaders: readonly string[];
  readonly peer: string | undefined;
}

/** The id of a request: a trusted proxy's, so that its access log and ours have the same one, or a new one. */
export function createIdentifyRequest(
  trustedProxies: readonly string[],
): (request: Asked) => string {
  const isTrusted = createAddressRanges(trustedProxies);
  return ({ rawHeaders, peer }) =>
    isTrusted(peer) ? new RequestHeaders(rawHeaders).requestId : createRequestId();
}
