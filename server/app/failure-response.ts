import type { H3Event } from "h3";
import type { SiteContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { longestLocation, type HttpResponse } from "../http/response.ts";
import { reasonsOf, stackOf } from "../observe/log.ts";
import { createRequestId } from "../observe/request-id.ts";
import { none } from "../observe/series.ts";
import { brokenPage, failedPage } from "../pages/failed-page.ts";

/** The error page of an endpoint. For an unexpected failure the page shows only a request id; the log has the reason. */
export function failureResponse(
  context: SiteContext,
  error: unknown,
  event: Pick<H3Event, "url">,
): HttpResponse {
  const { site, transactions, recentStarts, parties, counts, visitorLog } = context;
  const requestId = createRequestId();
  const path = event.url.pathname;
  const reason = reasonsOf(error);
  const isCallback = path.startsWith(`${site.base}/callback`);
  if (!(error instanceof AuthError)) {
    if (isCallback) counts.signIns.add(none, "unexpected");
    visitorLog.error({ requestId, path, reason, stack: stackOf(error) }, "unexpected failure");
    return brokenPage(requestId);
  }
  const { code, status, transaction } = error;
  visitorLog[status >= 500 ? "error" : "warn"]({ requestId, path, code, reason }, "refused");
  const provider = transaction?.provider ?? none;
  if (isCallback) counts.signIns.add(parties.has(provider) ? provider : none, code);
  const again = new URL(site.address(path.endsWith("/sign_out") ? "sign_out" : "start"));
  const rd = transaction?.returnTo ?? event.url.searchParams.get("rd");
  if (rd !== null) again.searchParams.set("rd", rd);
  if (again.href.length > longestLocation) again.search = "";
  // When the store is back, the same response of the issuer can still be accepted.
  const isSpent = transaction !== undefined && code !== "store_unreachable";
  const forget = isSpent
    ? [transactions.forget(site, transaction.state), recentStarts.forget(site)]
    : [];
  return failedPage(
    { code, status },
    again,
    requestId,
    ...forget.flatMap((cookie) => ["Set-Cookie", cookie]),
  );
}
