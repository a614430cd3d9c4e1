import { isPublicSuffix } from "../../values/public-suffix.ts";
import { siteHostFault } from "../../config/site-url.ts";
import { isLoopbackHost } from "../../http/loopback.ts";

/** A domain that the old configuration does not have. It is no host, so that doorward does not start with it. */
export const domainToFill = "<the domain of your apps>";

/** A site at the host of each request, as the old tools have it if no address is set. */
interface SiteOfEachHost {
  readonly url: string;
  readonly hosts: readonly string[];
  readonly cookie?: { readonly domain: string };
}

/** The settings of one site, or of one for each domain. */
export type SitesOfEachHost = SiteOfEachHost | { readonly sites: readonly SiteOfEachHost[] };

/**
 * A site for each domain of the cookies, or else for the hosts that the old configuration names, such as
 * `*.example.com` or `app.example.com:8443`. Without any there is a domain to fill in.
 */
export function sitesOfEachHost(
  path: string,
  domains: readonly string[],
  names: readonly string[],
): SitesOfEachHost {
  const sites = widest(domains).map((domain) => ({
    url: urlFor(path, [domain]),
    hosts: [domain],
    cookie: { domain },
  }));
  const [only] = sites;
  if (only !== undefined) return sites.length === 1 ? only : { sites };
  const hosts = widest(names.map(bare).filter(isOwn));
  return { url: urlFor(path, hosts), hosts: hosts.length === 0 ? [domainToFill] : hosts };
}

/** What an operator has to know about it. `missing` says that the tool had no address. */
export function eachHostNote(missing: string, tool: string, settings: SitesOfEachHost): string {
  const hosts = "sites" in settings ? settings.sites.flatMap((site) => site.hosts) : settings.hosts;
  const them = hosts.length === 1 ? "it" : "them";
  const rest = hosts.includes(domainToFill)
    ? "doorward does the same at the hosts under `hosts`: write the domains of your apps there; doorward does not start until then"
    : `doorward does the same, but only at ${hosts.join(", ")} and every host under ${them}: add other domains of your apps to hosts, and remove what is not yours`;
  return `${missing}: ${tool} signs in at the host of each request, and ${rest} (docs/rules.md#one-site-for-many-hosts)`;
}

/** The domains that are under no other one. */
export function widest(domains: readonly string[]): string[] {
  return [...new Set(domains)].filter(
    (domain) => !domains.some((other) => domain.endsWith(`.${other}`)),
  );
}

function urlFor(path: string, hosts: readonly string[]): string {
  const isThisMachine = hosts.length > 0 && hosts.every(isLoopbackHost);
  return `${isThisMachine ? "http" : "https"}://{host}${path}`;
}

function bare(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\*?\./, "")
    .replace(/:(\d+|\*)$/, "");
}

function isOwn(host: string): boolean {
  return siteHostFault(host) === undefined && (isLoopbackHost(host) || !isPublicSuffix(host));
}
