import { createHash } from "node:crypto";
import type { Access } from "../policy/access-schema.ts";
import { readPath } from "../policy/path-readings.ts";
import { DomainMap } from "../values/domain-map.ts";
import type { Config, SiteConfig } from "./schema.ts";

/** The endpoints by their last segment. */
export const endpointNames = ["verify", "start", "callback", "sign_out"] as const;
export type EndpointName = (typeof endpointNames)[number];

/** Additional endpoints of oauth2-proxy, with `compat: oauth2-proxy`. */
export const compatNames = ["auth", "sign_in", "userinfo"] as const;
export type CompatName = (typeof compatNames)[number];

/** oauth2-proxy's endpoints that are not under the path of a site, with `compat: oauth2-proxy`. */
export const compatRoots = {
  "/": "root",
  "/ping": "ping",
  "/ready": "ready",
  "/robots.txt": "robots",
} as const;
export type CompatRoot = (typeof compatRoots)[keyof typeof compatRoots];

/** A public URL of doorward and the hosts that its cookie reaches. */
export interface Site {
  readonly url: URL;
  /** The path prefix of the endpoints, without a trailing slash: "" or "/_auth". */
  readonly base: string;
  /** Who has access if no rule matches; undefined = every request is denied. */
  readonly access: Access | undefined;
  /** The names of its providers; undefined = all of them. */
  readonly providers: readonly string[] | undefined;
  /** The session cookie's `Domain` attribute; undefined = this host only. */
  readonly cookieDomain: string | undefined;
  /** Whether browsers reach the site over TLS; false only for localhost. */
  readonly secure: boolean;
  /**
   * RFC 6265bis §4.1.3: a browser accepts a cookie with these prefixes only over https, `__Host-` only from its own
   * host. A digest of the site follows, so that two instances never share a name: `__Secure-doorward-7f3a2c`.
   */
  readonly sessionCookieName: string;
  /** The beginning of the names of its other cookies, which only its own host gets: `__Host-doorward-7f3a2c-`. */
  readonly ownCookiePrefix: string;
  /**
   * RFC 9700 §4.1: derived from the configuration only, never from a request. With a provider's name it is a
   * separate one for that provider.
   */
  redirectUri(provider?: string): string;
  /** Whether a browser sends this site's session cookie to a host. */
  covers(hostname: string): boolean;
  address(endpoint: EndpointName): string;
  isEndpoint(url: URL): boolean;
  /**
   * Whether a URL could lead to an endpoint of this site, in any spelling that a server reads as one. With `compat`,
   * oauth2-proxy's recipes route the path of the endpoints to doorward on every host.
   */
  mayBeEndpoint(url: URL): boolean;
}

/** All sites of a configuration; top-level `url` and `cookie` are a short form of one site. */
export function createSites({
  url,
  cookie,
  access,
  sites,
  compat,
}: Pick<Config, "url" | "cookie" | "access" | "sites" | "compat">): Site[] {
  const configs = sites ?? (url === undefined ? [] : [{ url, cookie }]);
  return configs.map((config: SiteConfig) => createSite({ access, ...config }, compat));
}

export function createSite(
  { url: written, cookie, access, providers }: SiteConfig,
  compat?: Config["compat"],
): Site {
  const url = new URL(written);
  const base = url.pathname === "/" ? "" : url.pathname;
  const address = (endpoint: EndpointName) => `${url.origin}${base}/${endpoint}`;
  const names = [...endpointNames, ...(compat === undefined ? [] : compatNames)];
  const paths = new Set(names.map((name) => `${base}/${name}`));
  const isOwnPath = (path: string) => paths.has(path) || path.startsWith(`${base}/callback/`);
  const covers = createCover(url.hostname, cookie.domain);
  const isEverywhere = compat !== undefined && base !== "";
  const secure = url.protocol === "https:";
  const digest = digestOf(url, cookie.domain);
  return {
    url,
    base,
    access,
    providers,
    cookieDomain: cookie.domain,
    secure,
    sessionCookieName: `${secure ? (cookie.domain === undefined ? "__Host-" : "__Secure-") : ""}doorward-${digest}`,
    ownCookiePrefix: `${secure ? "__Host-" : ""}doorward-${digest}-`,
    redirectUri: (provider) => address("callback") + (provider === undefined ? "" : `/${provider}`),
    covers,
    address,
    isEndpoint: ({ origin, pathname }) => origin === url.origin && isOwnPath(pathname),
    mayBeEndpoint: ({ origin, hostname, pathname }) =>
      (origin === url.origin || (isEverywhere && covers(hostname))) &&
      readPath(pathname).readings.some((segments) => isOwnPath(`/${segments.join("/")}`)),
  };
}

/** Six hex digits that every replica of a site agrees on. */
function digestOf({ href }: URL, domain = ""): string {
  return createHash("sha256")
    .update(JSON.stringify([href, domain]))
    .digest("hex")
    .slice(0, 6);
}

/** RFC 6265 §5.1.3: a browser sends a cookie to its domain and the subdomains of it. */
function createCover(siteHost: string, domain: string | undefined): Site["covers"] {
  if (domain === undefined) return (hostname) => hostname === siteHost;
  const suffix = `.${domain}`;
  return (hostname) => hostname === domain || hostname.endsWith(suffix);
}

/** Up to this many sites, a linear search is faster than a lookup in a map. */
const few = 4;

/** Finds the site whose cookie a host gets; of several, the one with the narrowest scope. */
export function createSiteFinder(sites: readonly Site[]): (hostname: string) => Site | undefined {
  return sites.length <= few ? createSiteSearch(sites) : createSiteLookup(sites);
}

function createSiteSearch(sites: readonly Site[]): (hostname: string) => Site | undefined {
  const scopeOf = (site: Site) => site.cookieDomain ?? site.url.hostname;
  const narrowestFirst = sites.toSorted(
    (one, other) =>
      scopeOf(other).length - scopeOf(one).length ||
      Number(other.cookieDomain === undefined) - Number(one.cookieDomain === undefined),
  );
  return (hostname) => narrowestFirst.find((site) => site.covers(hostname));
}

function createSiteLookup(sites: readonly Site[]): (hostname: string) => Site | undefined {
  const byHost = new Map<string, Site>();
  const byDomain = new DomainMap<Site>();
  for (const site of sites) {
    const { cookieDomain, url } = site;
    if (cookieDomain !== undefined) byDomain.add(cookieDomain, site);
    else if (!byHost.has(url.hostname)) byHost.set(url.hostname, site);
  }
  return (hostname) => byHost.get(hostname) ?? byDomain.find(hostname);
}
