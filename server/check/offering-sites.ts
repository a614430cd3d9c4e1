import type { Config } from "../config/schema.ts";
import type { Site, SiteEntry } from "../config/site.ts";
import { createSites } from "../config/sites.ts";

/** The sites that offer a provider. */
export interface OfferingSites {
  /** Those with a host that the configuration names: of an entry with `hosts`, the ones that rules name. */
  readonly sites: readonly Site[];
  /** The entries that have sites at other hosts too. */
  readonly open: readonly SiteEntry[];
}

export function offeringSites(config: Config, provider: string): OfferingSites {
  const entries = createSites(config).filter(
    // Visitors of an app's host sign in at the site of another entry.
    ({ providers, first }) =>
      providers?.includes(provider) !== false && first.signInSite === undefined,
  );
  const named = [...new Set(config.rules.flatMap(({ host = [] }) => host.filter(isOneHost)))];
  return {
    sites: entries.flatMap((entry) =>
      entry.hosts === undefined ? entry.first : named.flatMap((host) => entry.at(host) ?? []),
    ),
    open: entries.filter(({ hosts }) => hosts !== undefined),
  };
}

/** An app at another port has the site of its host, so only names without a port are listed. */
function isOneHost(pattern: string): boolean {
  return !pattern.startsWith("*") && !pattern.includes(":");
}
