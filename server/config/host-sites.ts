import { createEndpointPaths, type EndpointName } from "./endpoint-paths.ts";
import type { SiteConfig } from "./schema.ts";
import { hostPlaceholder } from "./site-url.ts";
import { commonOf, createCover, type Site, type SiteCommon, type SiteEntry } from "./site.ts";

/**
 * An entry with a site at each host under `hosts`. Such a site is made for a request and not kept, because a visitor
 * can make up hosts.
 */
export function createHostSites(
  config: SiteConfig & { readonly hosts: readonly string[] },
  hasCompat: boolean,
  signInSite?: Site,
): SiteEntry {
  const { url: written, hosts } = config;
  const common = { ...commonOf(config), isPerHost: signInSite !== undefined };
  const { href, protocol, port: fixedPort } = new URL(written);
  const port = fixedPort === "" ? undefined : fixedPort;
  const ownPort = port === undefined ? "" : `:${port}`;
  const { base, cookieDomain } = common;
  const paths = createEndpointPaths(base, hasCompat);
  const isEverywhere = hasCompat && base !== "";
  const scopes = hosts.map((host) => createCover(host));
  const covers = (hostname: string) => scopes.some((isCovered) => isCovered(hostname));
  // The cookie of a domain reaches all of its sites, so a session counts at all of them. This is no site's own id.
  const sharedId = cookieDomain && `${href}#${cookieDomain}:${hosts.join(",")}`;
  const parts = { common, covers, sharedId, scheme: `${protocol}//`, ownPort, signInSite };
  const isAtSite = (url: URL) =>
    url.protocol === protocol && (port === undefined || url.port === port) && covers(url.hostname);
  const siteAt = (hostname: string, host = hostname) => new HostSite(parts, hostname, host);
  return {
    ...common,
    port,
    redirectUri: (provider) =>
      `${href.replace(/\/$/, "")}/callback${provider === undefined ? "" : `/${provider}`}`,
    hosts,
    hasAppHosts: false,
    first: siteAt(hosts[0] ?? hostPlaceholder),
    at: (hostname, host) => (covers(hostname) ? siteAt(hostname, host) : undefined),
    covers,
    isEndpoint: (url) => isAtSite(url) && paths.has(url.pathname),
    mayBeEndpoint: (url) =>
      (isAtSite(url) || (isEverywhere && covers(url.hostname))) && paths.mayHave(url.pathname),
  };
}

interface Parts {
  readonly common: SiteCommon;
  readonly covers: SiteEntry["covers"];
  /** undefined = each site has sessions of its own. */
  readonly sharedId: string | undefined;
  readonly scheme: string;
  /** The port of the entry's own URL, which replaces that of the request: "" or ":8443". */
  readonly ownPort: string;
  readonly signInSite: Site | undefined;
}

/** `/verify` makes one for each request: it builds an address only if it needs one. */
class HostSite implements Site {
  readonly base: string;
  readonly access: Site["access"];
  readonly providers: Site["providers"];
  readonly cookieDomain: string | undefined;
  readonly secure: boolean;
  readonly sessionCookieName: string;
  readonly ownCookiePrefix: string;
  readonly isPerHost: boolean;
  readonly #parts: Parts;
  readonly #hostname: string;
  readonly #host: string;

  constructor(parts: Parts, hostname: string, host: string) {
    const { common } = parts;
    this.base = common.base;
    this.access = common.access;
    this.providers = common.providers;
    this.cookieDomain = common.cookieDomain;
    this.secure = common.secure;
    this.sessionCookieName = common.sessionCookieName;
    this.ownCookiePrefix = common.ownCookiePrefix;
    this.isPerHost = common.isPerHost;
    this.#parts = parts;
    this.#hostname = hostname;
    this.#host = host;
  }

  get name(): string {
    return this.#parts.common.name;
  }

  /** Without the port of the request, because a cookie reaches all ports of its host (RFC 6265 §8.5). */
  get id(): string {
    const { sharedId, ownPort, scheme } = this.#parts;
    return sharedId ?? `${scheme}${this.#hostname}${ownPort}${this.base || "/"}`;
  }

  get signInSite(): Site | undefined {
    return this.#parts.signInSite;
  }

  get url(): URL {
    return new URL(this.#root() + this.base);
  }

  address(endpoint: EndpointName): string {
    return `${this.#root()}${this.base}/${endpoint}`;
  }

  redirectUri(provider?: string): string {
    return this.address("callback") + (provider === undefined ? "" : `/${provider}`);
  }

  covers(hostname: string): boolean {
    return this.cookieDomain === undefined
      ? hostname === this.#hostname
      : this.#parts.covers(hostname);
  }

  #root(): string {
    const { scheme, ownPort } = this.#parts;
    return scheme + (ownPort === "" ? this.#host : this.#hostname + ownPort);
  }
}
