import type { Site } from "../config/site.ts";
import { nextValue, readCookies } from "../cookies/cookie.ts";
import type { LoggedRequest } from "../observe/request-id.ts";
import type { Session } from "./session.ts";
import type { Sessions } from "./sessions.ts";
import { isToken } from "./token.ts";

/** Two live sessions in one browser: a sibling host may have set one of them, so neither counts. */
export const conflict = "conflict";

/** The session of a browser; undefined = none. */
export type BrowserSession = Session | typeof conflict | undefined;

/** A sibling host can set any number of cookies with our name. Each one that is tried may cost a read of the store. */
const mostTried = 4;

/** The session tokens among the first different values of the cookie. */
export function sessionTokens(site: Site, cookies: string | undefined, most = mostTried): string[] {
  return readCookies(cookies, site.sessionCookieName).slice(0, most).filter(isToken);
}

/**
 * The live session of a browser, synchronous from the cache. A browser sends a cookie of another path or domain with
 * the same name too (RFC 6265 §5.4), so each of up to four is tried. Of more, a live one may be among those that are not
 * tried: that is a conflict too. Throws "store_unreachable".
 */
export function findBrowserSession(
  sessions: Sessions,
  site: Site,
  cookies: string | undefined,
  asked: LoggedRequest,
): BrowserSession | Promise<BrowserSession> {
  if (cookies === undefined) return undefined;
  const start = nextValue(cookies, site.sessionCookieName, -1);
  if (start === -1) return undefined;
  const isOnly = nextValue(cookies, site.sessionCookieName, start) === -1;
  if (isOnly) return sessions.findIn(site, cookies, start, asked);
  return findAmong(sessions, site, readCookies(cookies, site.sessionCookieName), asked);
}

async function findAmong(
  sessions: Sessions,
  site: Site,
  values: readonly string[],
  asked: LoggedRequest,
): Promise<BrowserSession> {
  const tokens = values.slice(0, mostTried).filter(isToken);
  const found = await Promise.all(tokens.map((token) => sessions.find(site, token, asked)));
  const [session, ...others] = found.filter((one) => one !== undefined);
  const isCertain = others.length === 0 && values.length <= mostTried;
  return session === undefined || isCertain ? session : conflict;
}
