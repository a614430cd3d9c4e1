import type { Site } from "../config/site.ts";
import type { AppContext } from "../context.ts";
import { AuthError } from "../errors.ts";
import type { ForwardedResult } from "../forwarded/read-forwarded.ts";
import type { RequestHeaders } from "../forwarded/request-headers.ts";
import { json, type HttpResponse } from "../http/response.ts";
import { readNarrowings } from "../policy/narrowing.ts";
import { couldPass } from "../policy/policy.ts";
import { conflict, findBrowserSession, type BrowserSession } from "../session/browser-session.ts";
import { signInRequired, type Refusals } from "./refusals.ts";

/** Whether a single-page app requests its user: no header family is present, and it accepts JSON. */
export function isUserInfo(
  result: ForwardedResult,
  method: string,
  headers: RequestHeaders,
): boolean {
  const acceptsJson = headers.get("accept")?.toLowerCase().includes("application/json") ?? false;
  return "noProxyHeaders" in result && method === "GET" && acceptsJson;
}

export function createUserInfo({ config, rules, sessions }: AppContext, refuse: Refusals) {
  // If a proxy reads this 200 as an allow, the visitor's own identity headers must still not reach the app.
  const blank = Object.keys(config.headers).flatMap((name) => [name, ""]);

  return async function userInfo(
    site: Site,
    headers: RequestHeaders,
    query: string,
  ): Promise<HttpResponse> {
    let session: BrowserSession;
    try {
      session = await findBrowserSession(sessions, site, headers.get("cookie"));
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return refuse.unreachable(error, undefined);
    }
    if (session === undefined || session === conflict) return json(401, signInRequired);
    // A proxy that sends no header family must not get a 200 for an identity that may not pass.
    const { identity, expiresAt } = session.record;
    if (!couldPass(rules, site.access, identity, readNarrowings(query))) {
      return json(403, { error: "forbidden" });
    }
    const { subject, email = null, groups, name = null, provider } = identity;
    const until = new Date(expiresAt).toISOString();
    return json(200, { user: subject, email, groups, name, provider, expiresAt: until }, ...blank);
  };
}
