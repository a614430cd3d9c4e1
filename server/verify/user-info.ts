import { readNarrowings } from "../policy/narrowing.ts";
import { couldPass } from "../policy/policy.ts";
import { json, type HttpResponse } from "../http/response.ts";
import type { Site } from "../config/site.ts";
import type { AppContext } from "../context.ts";
import type { ForwardedResult } from "../forwarded/read-forwarded.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import { signInRequired, type Refusals } from "./refusals.ts";
import { readCookie, sessionCookieName } from "../cookies/cookie.ts";
import type { Session } from "../session/session.ts";

/** Whether a single-page app asks who is signed in: no proxy told of a request, and JSON is wanted. */
export function isUserInfo(
  result: ForwardedResult,
  method: string,
  headers: RequestHeaders,
): boolean {
  const isAsked = headers.get("accept")?.toLowerCase().includes("application/json") ?? false;
  return "noProxyHeaders" in result && method === "GET" && isAsked;
}

export function createUserInfo({ config, rules, sessions }: AppContext, refuse: Refusals) {
  // Should a proxy take this 200 for an allow, its app must still hear of nobody but us.
  const blank = Object.keys(config.headers).flatMap((name) => [name, ""]);

  return async function userInfo(
    site: Site,
    headers: RequestHeaders,
    query: string,
  ): Promise<HttpResponse> {
    let session: Session | undefined;
    try {
      const token = readCookie(headers.get("cookie"), sessionCookieName(site));
      session = await sessions.find(site, token);
    } catch (error) {
      return refuse.unreachable(error, undefined);
    }
    if (session === undefined) return json(401, signInRequired);
    // A proxy that forgot to tell of the request must not get a 200 for somebody who may not pass.
    const { identity, expiresAt } = session.record;
    if (!couldPass(rules, site.access, identity, readNarrowings(query))) {
      return json(403, { error: "forbidden" });
    }
    const { subject, email = null, groups, name = null, provider } = identity;
    const until = new Date(expiresAt).toISOString();
    return json(200, { user: subject, email, groups, name, provider, expiresAt: until }, ...blank);
  };
}
