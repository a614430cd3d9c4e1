import type { SiteContext } from "../context.ts";
import { otherHost, requestedTarget } from "../sign-in/return-target.ts";

/** nginx reads a response head of 4 KiB. */
const longestLocation = 2_047;

/** A proxy may send another name of the cookie's domain as `Host` of every request: the browser is moved once. */
const moved = "moved";

/**
 * The address of `/start` at the site's own host, for a request on another host to which a recipe of oauth2-proxy routes
 * it: only the host of the redirect URI gets the cookie of a transaction. undefined = the request is at its place.
 */
export function ownStart(
  context: Pick<SiteContext, "site" | "config">,
  query: URLSearchParams,
  headers: Headers,
): string | undefined {
  const { site, config } = context;
  const host = otherHost(site, headers);
  if (config.compat === undefined || host === undefined || query.has(moved)) return undefined;
  const root = `${site.url.protocol}//${host}/`;
  const next = new URL(site.address("start"));
  next.search = String(query);
  next.searchParams.set("rd", requestedTarget(context, query, headers) ?? root);
  next.searchParams.set(moved, "1");
  if (next.href.length > longestLocation)
    next.search = String(new URLSearchParams({ rd: root, [moved]: "1" }));
  return next.href;
}
