import { createSite } from "../../server/config/site.ts";

/** The name of a site's session cookie. */
export function cookieNameOf(url: string, cookie: { domain?: string } = {}): string {
  return createSite({ url, cookie, access: { anyone: true } }).sessionCookieName;
}

/** A `Set-Cookie` line that gives a browser a session over http. */
export const opensSession = /^doorward-[0-9a-f]{6}=[\w-]/;
/** A `Set-Cookie` line that removes the session cookie. */
export const removesSession = /^doorward-[0-9a-f]{6}=;/;

/** The cookies of sign-ins in progress within a `Cookie` header. */
export function pendingSignIns(cookies: string): string[] {
  return cookies
    .split("; ")
    .filter((cookie) => /^[\w-]*doorward-[0-9a-f]{6}-[\w-]{22}=/.test(cookie));
}
