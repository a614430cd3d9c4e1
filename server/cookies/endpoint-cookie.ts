import type { Site } from "../config/site.ts";

/** The name of a cookie, and where the browser sends it. */
interface EndpointCookie {
  readonly name: string;
  readonly path: string;
}

/**
 * A cookie that only endpoints need. With a path of theirs, no app gets it; but the prefix `__Host-` requires the path `/`.
 * With `session.perHost` the prefix matters more, because with `__Secure-` another host of the domain could set it.
 */
export function endpointCookie(site: Site, name: string, path: string): EndpointCookie {
  const { ownCookiePrefix: prefix } = site;
  return site.isPerHost
    ? { name: prefix + name, path: "/" }
    : { name: prefix.replace("__Host-", "__Secure-") + name, path: site.base + path };
}
