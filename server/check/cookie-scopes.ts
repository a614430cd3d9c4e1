import { getDomain } from "tldts";
import type { Config } from "../config/schema.ts";
import { createSiteFinder, createSites, type Site } from "../config/site.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

/** Which hosts each session cookie reaches, and the hosts of rules to which none comes. */
export function cookieScopes(config: Config): Finding[] {
  const sites = createSites(config);
  return [...sites.map(reachOf), ...guardedHosts(config, sites)];
}

function reachOf({ cookieDomain, url }: Site): Finding {
  const reach =
    cookieDomain === undefined
      ? `${url.hostname} alone`
      : `${cookieDomain} and every host beneath it`;
  return ok(`cookie of ${url.href}: reaches ${reach}`);
}

function guardedHosts({ rules, access }: Config, sites: readonly Site[]): Finding[] {
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

function uncovered(place: string, name: string, sites: readonly Site[]): Finding {
  const mend = mendFor(name.replace(/^\*\./, ""), sites);
  const reached = sites.filter((site) => standsFor(name, site.cookieDomain ?? site.url.hostname));
  if (reached.length === 0) {
    return fault(
      `${place} is beyond the reach of every cookie, so all requests to it are denied: ${mend}`,
    );
  }
  const some = reached.map(({ url }) => url.href).join(", ");
  return warning(
    `${place} is only in part within reach of the cookie of ${some}, and its other hosts are denied: ${mend}`,
  );
}

function standsFor(pattern: string, hostname: string): boolean {
  return pattern.startsWith("*.") && hostname.endsWith(pattern.slice(1));
}

function mendFor(name: string, sites: readonly Site[]): string {
  const domain = domainOf(name);
  const relative = sites.find(({ url }) => domain !== null && domainOf(url.hostname) === domain);
  return relative === undefined
    ? "give the host a site of its own in `sites`"
    : `write ${domain} as cookie.domain of ${relative.url.href}, or give the host a site`;
}

function domainOf(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true });
}

function plain(place: string, { url }: Site): Finding {
  return warning(
    `${place} is plain http, where browsers do not send the cookie of ${url.href}: let the proxy redirect port 80 to https, and leave the port out`,
  );
}
