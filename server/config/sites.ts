import { createHostSites } from "./host-sites.ts";
import type { Config, SiteConfig } from "./schema.ts";
import { createSite, type SiteEntry } from "./site.ts";

/** All sites of a configuration; top-level `url`, `hosts` and `cookie` are a short form of one entry. */
export function createSites({
  url,
  hosts,
  cookie,
  access,
  sites,
  compat,
}: Pick<Config, "url" | "hosts" | "cookie" | "access" | "sites" | "compat">): SiteEntry[] {
  const configs = sites ?? (url === undefined ? [] : [{ url, hosts, cookie }]);
  return configs.map((written: SiteConfig) => {
    const config = { access, ...written };
    return config.hosts === undefined
      ? createSite(config, compat)
      : createHostSites({ ...config, hosts: config.hosts }, compat !== undefined);
  });
}
