import { bearsToken } from "../credentials/authorization.ts";
import type { Dialect } from "../forwarded/dialects.ts";
import { isNavigation } from "../forwarded/navigation.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import { requestIdHeader } from "../observe/request-id.ts";
import { empty, json, type HttpResponse } from "../http/response.ts";

/** Whether to respond with a page or a redirect: to a browser navigation without a token. */
export function isForBrowser(headers: RequestHeaders): boolean {
  return isNavigation(headers) && !bearsToken(headers);
}

/** A refusal for programs: its code in JSON if the proxy shows the body. */
export function jsonError(
  { isShown }: Dialect,
  status: number,
  error: string,
  ...headers: string[]
): HttpResponse {
  return isShown ? json(status, { error }, ...headers) : empty(status, ...headers);
}

/** The response with the id of its request, which the log line has too. */
export function identified(
  response: HttpResponse,
  { requestId }: Pick<RequestHeaders, "requestId">,
): HttpResponse {
  return response.with(requestIdHeader, requestId);
}
