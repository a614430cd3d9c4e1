import type { SiteContext } from "../context.ts";
import { AuthError, signInRequired } from "../errors.ts";
import { isCrossSite } from "../http/fetch-metadata.ts";
import { json, type HttpResponse } from "../http/response.ts";
import { reasonsOf } from "../observe/log.ts";
import { createRequestId } from "../observe/request-id.ts";
import { couldPass } from "../policy/policy.ts";
import { conflict, findBrowserSession, type BrowserSession } from "../session/browser-session.ts";
import type { Session } from "../session/session.ts";

/**
 * Tells a single-page app its user. This is not an endpoint of proxies: one that took this 200 for an allow would let
 * every signed-in visitor pass every rule.
 */
export function createUserInfo(context: SiteContext) {
  const { site, rules, sessions, returnTarget, counts, visitorLog } = context;

  return async function userInfo(query: URLSearchParams, headers: Headers): Promise<HttpResponse> {
    if (!isOfOwnSite(headers)) return json(403, { error: "cross_site" });
    let session: BrowserSession;
    try {
      session = await findBrowserSession(sessions, site, headers.get("cookie") ?? undefined);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return unreachable(error);
    }
    if (session === undefined || session === conflict)
      return json(401, { error: signInRequired, signIn: signInUrl(query.get("rd")) });
    if (!couldPass(rules, site.access, session.record.identity))
      return json(403, { error: "forbidden" });
    return json(200, userOf(session.record));
  };

  /** A request that a visitor types has the site `none`: it is no script's. */
  function isOfOwnSite(headers: Headers): boolean {
    return headers.get("sec-fetch-site") !== "none" && !isCrossSite(headers, site);
  }

  function signInUrl(rd: string | null): string {
    const returnTo = returnTarget(site, rd);
    const start = site.address("start");
    return returnTo === undefined ? start : `${start}?rd=${encodeURIComponent(returnTo)}`;
  }

  /** Not a sign-in: the session still exists when the store is back. */
  function unreachable(error: AuthError): HttpResponse {
    counts.storeUnreachable++;
    const requestId = createRequestId();
    visitorLog.error({ requestId, reason: reasonsOf(error) }, "session store unreachable");
    return json(error.status, { error: error.code, requestId }, "Retry-After", "5");
  }
}

function userOf({ identity, expiresAt }: Session["record"]): object {
  const { subject, email = null, groups, name = null, provider } = identity;
  const until = new Date(expiresAt).toISOString();
  return { user: subject, email, groups, name, provider, expiresAt: until };
}
