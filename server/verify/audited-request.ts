import type { ForwardedRequest } from "../forwarded/forwarded-request.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import { createAddressRanges, loggedAddress } from "../http/address-ranges.ts";
import type { AnonymousFields } from "../observe/events.ts";
import type { Site } from "../config/site.ts";

interface Asked {
  readonly headers: RequestHeaders;
  readonly request?: ForwardedRequest | undefined;
  readonly site?: Site | undefined;
}

/** The longest path in the log. */
const longestPath = 500;

/** The fields of an audit line that describe the visitor's request. Without the query, which may contain secrets. */
export function createAuditedRequest(
  trustedProxies: readonly string[],
): (asked: Asked) => AnonymousFields {
  const isTrusted = createAddressRanges(trustedProxies);
  return ({ headers, request, site }) => ({
    requestId: headers.requestId,
    site: site?.url.href,
    host: request?.host,
    path: request?.uri.split("?", 1)[0]?.slice(0, longestPath),
    address: loggedAddress(headers.get("x-forwarded-for"), isTrusted),
  });
}
