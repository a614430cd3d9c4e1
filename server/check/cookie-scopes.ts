import { getDomain } from "tldts";
import type { Config } from "../config/schema.ts";
import { createSiteFinder, scopesOf } from "../config/site-finder.ts";
import type { Site, SiteEntry } from "../config/site.ts";
import { createSites } from "../config/sites.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

/** The hosts that each session cookie reaches, and hosts of rules that no cookie reaches. */
export function cookieScopes(config: Config): Finding[] {
  const sites = createSites(config);
  return [...sites.map(reachOf), ...guardedHosts(config, sites)];
}

function reachOf({ cookieDomain, name, hosts, first }: SiteEntry): Finding {
  const ofMany = first.signInSite === undefined ? "the host of its sign-in" : "its own host";
  const own = hosts === undefined ? first.url.hostname : ofMany;
  const reach =
    cookieDomain === undefined ? `${own} only` : `${cookieDomain} and every host under it`;
  const served = hosts === undefined ? "" : `; {host}: ${hosts.join(", ")} and every host under it`;
  return ok(`cookie of ${name}: reaches ${reach}${served}`);
}

function guardedHosts({ rules, access }: Config, sites: readonly SiteEntry[]): Finding[] {
  const siteOf = createSiteFinder(sites);
  return rules.flatMap(({ host: patterns = [], allow = access, deny }, index) =>
    patterns.flatMap((pattern) => {
      const place = `rules.${index}.host: "${pattern}"`;
      const site = siteOf(nameOf(pattern));
      if (site === undefined) return [uncovered(place, nameOf(pattern), sites)];
      const needsCookie = allow !== "public" && deny === undefined;
      return needsCookie && site.secure && pattern.endsWith(":80") ? [plain(place, site)] : [];
    }),
  );
}

function nameOf(pattern: string): string {
  return pattern.replace(/:\d+$/, "");
}

function uncovered(place: string, name: string, sites: readonly SiteEntry[]): Finding {
  const fix = fixFor(name.replace(/^\*\./, ""), sites);
  const reached = sites.filter((site) =>
    scopesOf(site).some((scope) => standsFor(name, scope.name)),
  );
  if (reached.length === 0) {
    return fault(
      `${place} is outside the scope of every session cookie, so all requests to it are denied: ${fix}`,
    );
  }
  const some = reached.map((site) => site.name).join(", ");
  return warning(
    `${place} is only partly in the scope of the cookie of ${some}, so requests to its other hosts are denied: ${fix}`,
  );
}

function standsFor(pattern: string, hostname: string): boolean {
  return pattern.startsWith("*.") && hostname.endsWith(pattern.slice(1));
}

function fixFor(name: string, sites: readonly SiteEntry[]): string {
  const domain = domainOf(name);
  const relative = sites.find(
    ({ first }) => domain !== null && domainOf(first.url.hostname) === domain,
  );
  if (relative === undefined) return "add a site for the host to `sites`";
  return relative.hosts === undefined && !relative.hasAppHosts
    ? `set cookie.domain of ${relative.name} to ${domain}, or add a site for the host`
    : `add it to hosts of ${relative.name}, or add a site for the host`;
}

function domainOf(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true });
}

function plain(place: string, { url }: Site): Finding {
  return warning(
    `${place} uses plain http, where browsers do not send the cookie of ${url.href}: let the proxy redirect port 80 to https, and leave the port out`,
  );
}
