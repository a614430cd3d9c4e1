import type { AskedRequest, SiteContext } from "../context.ts";
import { AuthError, signInRequired } from "../errors.ts";
import { isCrossSite } from "../http/fetch-metadata.ts";
import { HttpResponse, json } from "../http/response.ts";
import { reasonsOf } from "../observe/log.ts";
import { couldPass } from "../policy/policy.ts";
import { conflict, findBrowserSession, type BrowserSession } from "../session/browser-session.ts";
import type { Session } from "../session/session.ts";

/**
 * Tells a single-page app its user. This is not an endpoint of proxies: one that took this 200 for an allow would let
 * every signed-in visitor pass every rule.
 */
export function createUserInfo(context: SiteContext) {
  const { site, returnTarget } = context;
  const findUser = createUserFinder(context);

  return async function userInfo(
    query: URLSearchParams,
    headers: Headers,
    asked: AskedRequest,
  ): Promise<HttpResponse> {
    // A request that a visitor types has the site `none`: it is no script's.
    if (headers.get("sec-fetch-site") === "none") return crossSite();
    const found = await findUser(headers, asked);
    if (found instanceof HttpResponse) return found;
    if (found === undefined)
      return json(401, { error: signInRequired, signIn: signInUrl(query.get("rd")) });
    return found.hasAccess ? json(200, userOf(found)) : json(403, { error: "forbidden" });
  };

  function signInUrl(rd: string | null): string {
    const returnTo = returnTarget(site, rd);
    const start = site.address("start");
    return returnTo === undefined ? start : `${start}?rd=${encodeURIComponent(returnTo)}`;
  }
}

/** The user of a session. */
interface User extends Pick<Session["record"], "identity" | "expiresAt"> {
  /** Whether the policy lets this identity pass anywhere. */
  readonly hasAccess: boolean;
}

/** Finds the user of a browser's session; undefined = none. A response refuses the request. */
export function createUserFinder({ site, rules, sessions, counts, visitorLog }: SiteContext) {
  return async (
    headers: Headers,
    asked: AskedRequest,
  ): Promise<User | HttpResponse | undefined> => {
    if (isCrossSite(headers, site)) return crossSite();
    let session: BrowserSession;
    try {
      session = await findBrowserSession(sessions, site, headers.get("cookie") ?? undefined, asked);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return unreachable(error, asked.requestId);
    }
    if (session === undefined || session === conflict) return undefined;
    const { identity, expiresAt } = session.record;
    return { identity, expiresAt, hasAccess: couldPass(rules, site.access, identity) };
  };

  /** Not a sign-in: the session still exists when the store is back. */
  function unreachable(error: AuthError, requestId: string): HttpResponse {
    counts.refusals.add("store_unreachable");
    visitorLog.error({ requestId, reason: reasonsOf(error) }, "session store unreachable");
    return json(error.status, { error: error.code, requestId }, "Retry-After", "5");
  }
}

function crossSite(): HttpResponse {
  return json(403, { error: "cross_site" });
}

function userOf({ identity, expiresAt }: User): object {
  const { subject, email = null, groups, name = null, provider } = identity;
  const until = new Date(expiresAt).toISOString();
  return { user: subject, email, groups, name, provider, expiresAt: until };
}
