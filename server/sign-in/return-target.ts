import type { Site } from "../config/site.ts";
import { isAllowedRedirect, parseAllowedRedirect } from "../config/allowed-redirect.ts";

/** What the `Location` of a challenge can hold, and what leaves room in a cookie. */
const longest = 2_000;

/**
 * The one way to a redirect: gives back an absolute URL whose origin is allowed, or nothing.
 * What a browser would read otherwise than we do is refused before any parser sees it.
 */
export function createReturnTargets(sites: readonly Site[], allowedRedirects: readonly string[]) {
  const targets = allowedRedirects
    .map(parseAllowedRedirect)
    .filter((target) => target !== undefined);

  return function returnTarget(site: Site, written: string | null): string | undefined {
    if (written === null || written.length > longest || !isPlain(written)) return undefined;
    const url = parse(site, written);
    if (url === undefined || url.username !== "" || url.password !== "") return undefined;
    // Encoded it may be six times as long, and then no cookie would hold the transaction.
    if (url.href.length > longest) return undefined;
    // http only where the site itself is http, which is on this machine.
    if (url.protocol !== "https:" && url.protocol !== site.url.protocol) return undefined;
    const isOwn = sites.some((one) => reaches(one, url));
    if (!isOwn && !targets.some((target) => isAllowedRedirect(target, url))) return undefined;
    // Our own endpoints as a target would sign the visitor out, or in again and again.
    return sites.some((one) => one.isEndpoint(url)) ? undefined : url.href;
  };
}

export type ReturnTargets = ReturnType<typeof createReturnTargets>;

/** No control character, which browsers drop, and no backslash, which they read as a slash. */
function isPlain(written: string): boolean {
  return !/[\p{Cc}\\]/u.test(written);
}

function parse(site: Site, written: string): URL | undefined {
  if (written.startsWith("/")) {
    // `//host` names another host.
    return written.startsWith("//") ? undefined : canonical(written, site.url.origin);
  }
  // Exactly two slashes and then a host: `https:host` and `https:///host` are read in several ways.
  if (!/^https?:\/\/[^/?#@]+([/?#]|$)/i.test(written)) return undefined;
  const url = canonical(written);
  // RFC 1034 §3.1: no label is empty but the root's, so beneath an allowed host there is no such one.
  return url !== undefined && /^\.|\.\./.test(url.hostname) ? undefined : url;
}

function canonical(written: string, base?: string): URL | undefined {
  return URL.parse(written, base) ?? undefined;
}

function reaches(site: Site, url: URL): boolean {
  return site.covers(url.hostname) && (url.port === "" || url.port === site.url.port);
}
