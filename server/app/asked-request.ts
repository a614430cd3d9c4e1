import type { AskedRequest, SiteContext } from "../context.ts";
import { RequestHeaders } from "../forwarded/request-headers.ts";
import { createAddressRanges, loggedAddress } from "../http/address-ranges.ts";
import { hostIn } from "../http/raw-headers.ts";
import { createRequestId } from "../observe/request-id.ts";

interface WireFields {
  readonly url: string;
  readonly rawHeaders: readonly string[];
  /** The address at the other end of the connection. */
  readonly peer: string | undefined;
}

type DescribeRequest = (request: WireFields, context?: Pick<SiteContext, "site">) => AskedRequest;

/** The longest path in the log. */
const longestPath = 500;

/**
 * A request as the log and its answer name it. A trusted proxy's id is used, so that its access log and ours have the
 * same one, and its `X-Forwarded-For`.
 */
export function createDescribeRequest(trustedProxies: readonly string[]): DescribeRequest {
  const isTrusted = createAddressRanges(trustedProxies);
  return ({ url, rawHeaders, peer }, context) => {
    const headers = isTrusted(peer) ? new RequestHeaders(rawHeaders) : undefined;
    return {
      requestId: headers?.requestId ?? createRequestId(),
      site: context?.site.url.href,
      host: hostIn(rawHeaders).slice(0, longestPath),
      path: url.split("?", 1)[0]?.slice(0, longestPath),
      address: headers ? loggedAddress(headers.get("x-forwarded-for"), isTrusted) : peer,
    };
  };
}
