import { createHostSites } from "./host-sites.ts";
import type { SiteConfig } from "./schema.ts";
import { appMountOf, hostPlaceholder } from "./site-url.ts";
import type { Site, SiteEntry } from "./site.ts";

/** With `session.perHost`, the sites at the hosts of the apps, mounted under the same path as the site where their visitors sign in. */
export function createAppHosts(
  config: SiteConfig & { readonly hosts: readonly string[] },
  signInSite: Site,
): SiteEntry {
  const { protocol, port, pathname } = new URL(config.url);
  const mount = appMountOf(pathname === "/" ? "" : pathname);
  const url = `${protocol}//${hostPlaceholder}${port === "" ? "" : `:${port}`}${mount}`;
  return createHostSites({ ...config, url }, false, signInSite);
}
