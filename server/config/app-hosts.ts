import { createHostSites } from "./host-sites.ts";
import type { SiteConfig } from "./schema.ts";
import { hostPlaceholder, takesHost } from "./site-url.ts";
import type { Site, SiteEntry } from "./site.ts";

/** The path of doorward at the hosts of the apps, if the sign-in has a host of its own. */
const usualMount = "/_auth";

type WithHosts = SiteConfig & { readonly hosts: readonly string[] };

/** Whether the `hosts` of an entry are those of apps whose visitors sign in at its one URL (`session.perHost`). */
export function hasAppHosts(config: SiteConfig): config is WithHosts {
  return config.hosts !== undefined && !takesHost(config.url);
}

/** The sites at the hosts of the apps, mounted under the same path as the site where their visitors sign in. */
export function createAppHosts(config: WithHosts, signInSite: Site): SiteEntry {
  const { protocol, port, pathname } = new URL(config.url);
  const mount = pathname === "/" ? usualMount : pathname;
  const url = `${protocol}//${hostPlaceholder}${port === "" ? "" : `:${port}`}${mount}`;
  return createHostSites({ ...config, url }, false, signInSite);
}
