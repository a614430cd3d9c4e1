import type { Site } from "../config/site.ts";

/** A `Set-Cookie` value with the attributes of every doorward cookie. A `maxAgeSeconds` of 0 removes it. */
export function setCookie(
  name: string,
  value: string,
  options: { maxAgeSeconds: number; secure: boolean; domain?: string | undefined; path?: string },
): string {
  return [
    `${name}=${value}`,
    `Path=${options.path ?? "/"}`,
    ...(options.domain === undefined ? [] : [`Domain=${options.domain}`]),
    `Max-Age=${options.maxAgeSeconds}`,
    "HttpOnly",
    "SameSite=Lax",
    ...(options.secure ? ["Secure"] : []),
  ].join("; ");
}

export function setSessionCookie(site: Site, token: string, maxAgeSeconds: number): string {
  const { secure, cookieDomain: domain } = site;
  return setCookie(site.sessionCookieName, token, { maxAgeSeconds, secure, domain });
}

/** Where a cookie's next value begins, after the one that begins at `previous`; -1 stands for no value in both. */
export function nextValue(header: string, name: string, previous: number): number {
  let start = previous === -1 ? 0 : endOf(header, previous) + 1;
  for (; start < header.length; start = endOf(header, start) + 1) {
    while (header.charCodeAt(start) === 32) start++;
    if (header.charCodeAt(start + name.length) === 61 /* = */ && header.startsWith(name, start))
      return start + name.length + 1;
  }
  return -1;
}

/** The value that begins there. */
export function valueAt(header: string, start: number): string {
  return header.slice(start, endOf(header, start)).trimEnd();
}

/** The different values of a cookie name, in the browser's order. */
export function readCookies(header: string | undefined, name: string): string[] {
  const values = new Set<string>();
  if (header === undefined) return [];
  for (let at = nextValue(header, name, -1); at !== -1; at = nextValue(header, name, at))
    values.add(valueAt(header, at));
  return [...values];
}

/**
 * The only value of a cookie. A second one was set elsewhere (by a sibling host, or for another path) and cannot be
 * told apart from ours, so the result is undefined.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  const start = nextValue(header, name, -1);
  if (start === -1 || nextValue(header, name, start) !== -1) return undefined;
  return valueAt(header, start);
}

/** `Set-Cookie` values that remove the session cookie, and a host-only cookie of the same name that shadows it. */
export function forgetSession(site: Site): string[] {
  const bare = setCookie(site.sessionCookieName, "", { maxAgeSeconds: 0, secure: site.secure });
  return site.cookieDomain === undefined ? [bare] : [setSessionCookie(site, "", 0), bare];
}

function endOf(header: string, start: number): number {
  const end = header.indexOf(";", start);
  return end === -1 ? header.length : end;
}
