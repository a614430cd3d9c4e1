import type { H3Event } from "h3";
import { spentCookies } from "../callback/spent-transaction.ts";
import { choicesOf } from "../start/choices.ts";
import type { AskedRequest, SiteContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import { longestLocation, type HttpResponse } from "../http/response.ts";
import { reasonsOf, stackOf } from "../observe/log.ts";
import { none } from "../observe/series.ts";
import { brokenPage, failedPage, isWorthARetry } from "../pages/failed-page.ts";

/** The error page of an endpoint. For an unexpected failure the page shows only a request id; the log has the reason. */
export function failureResponse(
  context: SiteContext,
  error: unknown,
  { url, req: { headers } }: Pick<H3Event, "url" | "req">,
  asked: AskedRequest,
): HttpResponse {
  const { site, recentStarts, parties, counts, audit, visitorLog, showPage } = context;
  const cookies = headers.get("cookie") ?? undefined;
  const acceptLanguage = headers.get("accept-language");
  const { requestId } = asked;
  const path = url.pathname;
  const reason = reasonsOf(error);
  const isCallback = path.startsWith(`${site.base}/callback`);
  if (!(error instanceof AuthError)) {
    if (isCallback) counts.signIns.add(none, "unexpected");
    visitorLog.error({ requestId, path, reason, stack: stackOf(error) }, "unexpected failure");
    return showPage(brokenPage(requestId, site.address("start")), acceptLanguage);
  }
  const { code, status, transaction } = error;
  const signIn = transaction ?? error.attempt;
  if (path.endsWith("/sign_out"))
    visitorLog[status >= 500 ? "error" : "warn"]({ requestId, path, code, reason }, "refused");
  else audit("sign_in_failed", code, { ...asked, provider: signIn?.provider }, { detail: reason });
  const provider = transaction?.provider ?? none;
  if (isCallback) counts.signIns.add(parties.has(provider) ? provider : none, code);
  const again = new URL(site.address(path.endsWith("/sign_out") ? "sign_out" : "start"));
  const rd = signIn?.returnTo ?? url.searchParams.get("rd");
  if (rd !== null && rd !== site.address("start")) again.searchParams.set("rd", rd);
  if (again.href.length > longestLocation) again.search = "";
  // When the store is back, the same response of the issuer can still be accepted.
  const isSpent = transaction !== undefined && code !== "store_unreachable";
  const forget = isSpent
    ? [...spentCookies(context, cookies, transaction), "Set-Cookie", recentStarts.forget(site)]
    : [];
  const failed = signIn?.provider ?? url.searchParams.get("provider");
  const others = choicesOf(context, cookies, {
    returnTo: rd === null ? undefined : context.signInTarget(site, rd),
  }).filter(({ name }) => name !== failed);
  const failure = { code, status };
  const retry = isWorthARetry(failure) ? ["Retry-After", "5"] : [];
  return showPage(
    failedPage(failure, again, requestId, others),
    acceptLanguage,
    ...retry,
    ...forget,
  );
}
