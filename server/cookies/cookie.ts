import type { Site } from "../config/site.ts";

/** RFC 6265bis §4.1.3: a browser accepts a cookie with these prefixes only over https, `__Host-` only from its own host. */
export function sessionCookieName(site: Site): string {
  if (!site.secure) return "doorward";
  return site.cookieDomain === undefined ? "__Host-doorward" : "__Secure-doorward";
}

/** A `Set-Cookie` value with the attributes of every doorward cookie. A `maxAgeSeconds` of 0 removes it. */
export function setCookie(
  name: string,
  value: string,
  options: { maxAgeSeconds: number; secure: boolean; domain?: string | undefined },
): string {
  return [
    `${name}=${value}`,
    "Path=/",
    ...(options.domain === undefined ? [] : [`Domain=${options.domain}`]),
    `Max-Age=${options.maxAgeSeconds}`,
    "HttpOnly",
    "SameSite=Lax",
    ...(options.secure ? ["Secure"] : []),
  ].join("; ");
}

export function setSessionCookie(site: Site, token: string, maxAgeSeconds: number): string {
  const { secure, cookieDomain: domain } = site;
  return setCookie(sessionCookieName(site), token, { maxAgeSeconds, secure, domain });
}

/**
 * The value of the only cookie with that name. A duplicate was set elsewhere (by a sibling host, or for another
 * path) and cannot be told apart from ours, so the result is undefined.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  let found: string | undefined;
  for (let start = 0; start < header.length;) {
    const end = endOf(header, start);
    while (header.charCodeAt(start) === 32) start++;
    if (header.charCodeAt(start + name.length) === 61 /* = */ && header.startsWith(name, start)) {
      if (found !== undefined) return undefined;
      found = header.slice(start + name.length + 1, end).trimEnd();
    }
    start = end + 1;
  }
  return found;
}

/** All values of a cookie name, for callers that end every session among them. */
export function readCookies(header: string | undefined, name: string): string[] {
  return (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/** `Set-Cookie` values that remove the session cookie, and a host-only cookie of the same name that shadows it. */
export function forgetSession(site: Site): string[] {
  const bare = setCookie(sessionCookieName(site), "", { maxAgeSeconds: 0, secure: site.secure });
  return site.cookieDomain === undefined ? [bare] : [setSessionCookie(site, "", 0), bare];
}

function endOf(header: string, start: number): number {
  const end = header.indexOf(";", start);
  return end === -1 ? header.length : end;
}
