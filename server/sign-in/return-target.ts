import type { Site } from "../config/site.ts";
import { isAllowedRedirect, parseAllowedRedirect } from "../config/allowed-redirect.ts";

/** Fits into the `Location` of a challenge and into the transaction cookie. */
const longest = 2_000;

/**
 * Validates the target of every redirect: returns an absolute URL with an allowed origin, or nothing. Input that
 * browsers parse differently is rejected before parsing.
 */
export function createReturnTargets(sites: readonly Site[], allowedRedirects: readonly string[]) {
  const targets = allowedRedirects
    .map(parseAllowedRedirect)
    .filter((target) => target !== undefined);

  return function returnTarget(site: Site, written: string | null): string | undefined {
    if (written === null || written.length > longest || !isPlain(written)) return undefined;
    const url = parse(site, written);
    if (url === undefined || url.username !== "" || url.password !== "") return undefined;
    // Encoding can make it six times as long, which would overflow the transaction cookie.
    if (url.href.length > longest) return undefined;
    // http only if the site itself uses http, which is allowed only on this machine.
    if (url.protocol !== "https:" && url.protocol !== site.url.protocol) return undefined;
    const isOwn = sites.some((one) => reaches(one, url));
    if (!isOwn && !targets.some((target) => isAllowedRedirect(target, url))) return undefined;
    // Our own endpoints as a target would sign the visitor out, or start an endless sign-in.
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
    // `//host` is another host.
    return written.startsWith("//") ? undefined : canonical(written, site.url.origin);
  }
  // Exactly two slashes, then a host: parsers disagree about `https:host` and `https:///host`.
  if (!/^https?:\/\/[^/?#@]+([/?#]|$)/i.test(written)) return undefined;
  const url = canonical(written);
  // RFC 1034 §3.1: only the root label is empty, so no subdomain of an allowed host looks like this.
  return url !== undefined && /^\.|\.\./.test(url.hostname) ? undefined : url;
}

function canonical(written: string, base?: string): URL | undefined {
  return URL.parse(written, base) ?? undefined;
}

function reaches(site: Site, url: URL): boolean {
  return site.covers(url.hostname) && (url.port === "" || url.port === site.url.port);
}
