import { isPublicSuffix } from "../../config/site-checks.ts";
import { siteHostFault } from "../../config/site-url.ts";
import { isLoopbackHost } from "../../http/loopback.ts";

/** A domain that the old configuration does not have. It is no host, so that doorward does not start with it. */
export const domainToFill = "<the domain of your apps>";

/** A site at the host of each request, as the old tools have it if no address is set. */
export interface SiteOfEachHost {
  readonly url: string;
  readonly hosts: readonly string[];
  readonly cookie?: { readonly domain: string };
}

/**
 * The site for a cookie's domain, or else for the hosts that the old configuration names, such as `.example.com`,
 * `*.example.com` or `app.example.com:8443`. Without any there is a domain to fill in.
 */
export function siteOfEachHost(
  path: string,
  domain: string | undefined,
  names: readonly string[],
): SiteOfEachHost {
  if (domain !== undefined)
    return { url: urlFor(path, [domain]), hosts: [domain], cookie: { domain } };
  const hosts = [...new Set(names.map(bare).filter(isOwn))];
  const widest = hosts.filter((host) => !hosts.some((other) => host.endsWith(`.${other}`)));
  return {
    url: urlFor(path, widest),
    hosts: widest.length === 0 ? [domainToFill] : widest,
  };
}

/** What an operator has to know about it: `which` tool had no address. */
export function eachHostNote(tool: string, { hosts }: SiteOfEachHost): string {
  const isGap = hosts.includes(domainToFill);
  const rest = isGap
    ? "write the domains of your apps into hosts; doorward does not start until then"
    : `now only at ${hosts.join(", ")} and every host under ${hosts.length === 1 ? "it" : "them"}: add other domains of your apps to hosts`;
  return `is missing: as in ${tool}, each sign-in is at the host of its request, ${rest} (docs/rules.md#one-site-for-many-hosts)`;
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
