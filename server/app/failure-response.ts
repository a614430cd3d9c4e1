import type { H3Event } from "h3";
import type { AskedRequest, SiteContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { longestLocation, type HttpResponse } from "../http/response.ts";
import { reasonsOf, stackOf } from "../observe/log.ts";
import { brokenPage, failedPage } from "../pages/failed-page.ts";

/** The error page of an endpoint. For an unexpected failure the page shows only a request id; the log has the reason. */
export function failureResponse(
  context: SiteContext,
  error: unknown,
  event: Pick<H3Event, "url">,
  asked: AskedRequest,
): HttpResponse {
  const { site, transactions, recentStarts, counts, audit, visitorLog } = context;
  const { requestId } = asked;
  const path = event.url.pathname;
  const reason = reasonsOf(error);
  if (!(error instanceof AuthError)) {
    visitorLog.error({ requestId, path, reason, stack: stackOf(error) }, "unexpected failure");
    return brokenPage(requestId);
  }
  const { code, status, transaction } = error;
  if (path.endsWith("/sign_out"))
    visitorLog[status >= 500 ? "error" : "warn"]({ requestId, path, code, reason }, "refused");
  else
    audit(
      "sign_in_failed",
      code,
      { ...asked, provider: transaction?.provider },
      { detail: reason },
    );
  if (path.startsWith(`${site.base}/callback`)) counts.signInFailed++;
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
