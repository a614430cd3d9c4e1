import { createAppHosts } from "./app-hosts.ts";
import { createHostSites } from "./host-sites.ts";
import type { Config, SiteConfig } from "./schema.ts";
import { hasAppHosts } from "./site-url.ts";
import { createSite, type SiteEntry } from "./site.ts";

/**
 * All sites of a configuration; top-level `url`, `hosts` and `cookie` are a short form of one entry. With
 * `session.perHost`, the sites at the hosts of the apps follow after all entries.
 */
export function createSites({
  url,
  hosts,
  cookie,
  access,
  sites,
  compat,
}: Pick<Config, "url" | "hosts" | "cookie" | "access" | "sites" | "compat">): SiteEntry[] {
  const written = sites ?? (url === undefined ? [] : [{ url, hosts, cookie }]);
  const appHosts: SiteEntry[] = [];
  const entries = written.map((one: SiteConfig) => {
    const { hosts: own, ...config } = { access, ...one };
    if (own === undefined) return createSite(config, compat);
    const withHosts = { ...config, hosts: own };
    if (!hasAppHosts(withHosts)) return createHostSites(withHosts, compat !== undefined);
    const site = createSite(withHosts);
    appHosts.push(createAppHosts(withHosts, site));
    return site;
  });
  return [...entries, ...appHosts];
}
