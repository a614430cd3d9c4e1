import { getDomain } from "tldts";
import type { Config } from "../config/schema.ts";
import { createSiteFinder, createSites, type Site } from "../config/site.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

/** The hosts that each session cookie reaches, and hosts of rules that no cookie reaches. */
export function cookieScopes(config: Config): Finding[] {
  const sites = createSites(config);
  return [...sites.map(reachOf), ...guardedHosts(config, sites)];
}

function reachOf({ cookieDomain, url }: Site): Finding {
  const reach =
    cookieDomain === undefined ? `${url.hostname} only` : `${cookieDomain} and every host under it`;
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
  const fix = fixFor(name.replace(/^\*\./, ""), sites);
  const reached = sites.filter((site) => standsFor(name, site.cookieDomain ?? site.url.hostname));
  if (reached.length === 0) {
    return fault(
      `${place} is outside the scope of every session cookie, so all requests to it are denied: ${fix}`,
    );
  }
  const some = reached.map(({ url }) => url.href).join(", ");
  return warning(
    `${place} is only partly in the scope of the cookie of ${some}, so requests to its other hosts are denied: ${fix}`,
  );
}

function standsFor(pattern: string, hostname: string): boolean {
  return pattern.startsWith("*.") && hostname.endsWith(pattern.slice(1));
}

function fixFor(name: string, sites: readonly Site[]): string {
  const domain = domainOf(name);
  const relative = sites.find(({ url }) => domain !== null && domainOf(url.hostname) === domain);
  return relative === undefined
    ? "add a site for the host to `sites`"
    : `set cookie.domain of ${relative.url.href} to ${domain}, or add a site for the host`;
}

function domainOf(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true });
}

function plain(place: string, { url }: Site): Finding {
  return warning(
    `${place} uses plain http, where browsers do not send the cookie of ${url.href}: let the proxy redirect port 80 to https, and leave the port out`,
  );
}
