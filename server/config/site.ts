import { createHash } from "node:crypto";
import type { Access } from "../policy/access-schema.ts";
import { createEndpointPaths, type EndpointName } from "./endpoint-paths.ts";
import type { Config, SiteConfig } from "./schema.ts";
import { hasAppHosts } from "./site-url.ts";

/** What an entry of `sites` and each of its sites have in common. */
export interface SiteCommon {
  /** The URL of its entry in messages and metrics: `https://auth.example.com/` or `https://{host}/_auth`. */
  readonly name: string;
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
  /** Whether `session.perHost` applies: no other host may receive or set one of its cookies. */
  readonly isPerHost: boolean;
  /** The beginning of the names of its other cookies, which only its own host gets: `__Host-doorward-7f3a2c-`. */
  readonly ownCookiePrefix: string;
}

/** A public URL of doorward and the hosts that its cookie reaches. */
export interface Site extends SiteCommon {
  readonly url: URL;
  /** The site in the record of a session, which counts at this site alone. */
  readonly id: string;
  /**
   * With `session.perHost`, the site where the visitors of an app's host sign in: it has the parent of each session at the
   * host. undefined = they sign in at this site itself.
   */
  readonly signInSite: Site | undefined;
  /**
   * RFC 9700 §4.1: from the configuration, never from a parameter of a request; with `hosts`, at the host of the
   * request. With a provider's name it is a separate one for that provider.
   */
  redirectUri(provider?: string): string;
  /** Whether a browser sends this site's session cookie to a host. */
  covers(hostname: string): boolean;
  address(endpoint: EndpointName): string;
}

/** An entry of `sites`: one site or, with `hosts`, one at each host under them. */
export interface SiteEntry extends SiteCommon {
  /** The port of its URL; "" = the default port of the scheme, undefined = the port of each request. */
  readonly port: string | undefined;
  /** Each of its sites has a host that equals or is under one of these; undefined = one site only. */
  readonly hosts: readonly string[] | undefined;
  /** With `session.perHost`: whether another entry has a site at each host of the apps, whose visitors sign in here. */
  readonly hasAppHosts: boolean;
  /** Its redirect URI in messages: `https://{host}/_auth/callback`. */
  redirectUri(provider?: string): string;
  /** Its only site; with `hosts`, the one at the first of them. */
  readonly first: Site;
  /** The site whose cookie a host gets. `host` is the same with the port of the request, as in a `ForwardedRequest`. */
  at(hostname: string, host?: string): Site | undefined;
  /** Whether `at` finds a site. */
  covers(hostname: string): boolean;
  isEndpoint(url: URL): boolean;
  /**
   * Whether a URL could lead to one of its endpoints, in any spelling that a server reads as one. With `compat`,
   * oauth2-proxy's recipes route the path of the endpoints to doorward on every host.
   */
  mayBeEndpoint(url: URL): boolean;
}

/** An entry with one site, which is that site too. */
export function createSite(config: SiteConfig, compat?: Config["compat"]): Site & SiteEntry {
  const common = commonOf(config);
  const { base, cookieDomain } = common;
  const url = new URL(config.url);
  const paths = createEndpointPaths(base, compat !== undefined);
  const address = (endpoint: EndpointName) => `${url.origin}${base}/${endpoint}`;
  const { hostname: siteHost } = url;
  const covers =
    cookieDomain === undefined
      ? (hostname: string) => hostname === siteHost
      : createCover(cookieDomain);
  const isEverywhere = compat !== undefined && base !== "";
  const site: Site & SiteEntry = {
    ...common,
    url,
    // A token that apps got while the cookie had a domain must be no session of this site.
    id: common.isPerHost ? `${url.href}#per-host` : url.href,
    signInSite: undefined,
    port: url.port,
    hosts: undefined,
    hasAppHosts: common.isPerHost,
    get first() {
      return site;
    },
    redirectUri: (provider) => address("callback") + (provider === undefined ? "" : `/${provider}`),
    covers,
    at: (hostname) => (covers(hostname) ? site : undefined),
    address,
    isEndpoint: ({ origin, pathname }) => origin === url.origin && paths.has(pathname),
    mayBeEndpoint: ({ origin, hostname, pathname }) =>
      (origin === url.origin || (isEverywhere && covers(hostname))) && paths.mayHave(pathname),
  };
  return site;
}

/** The common parts, from an entry of the configuration. */
export function commonOf({
  url: written,
  hosts,
  cookie,
  access,
  providers,
}: SiteConfig): SiteCommon {
  const { href, protocol, pathname } = new URL(written);
  const secure = protocol === "https:";
  const digest = digestOf(href, cookie.domain, hosts);
  return {
    name: href,
    base: pathname === "/" ? "" : pathname,
    access,
    providers,
    cookieDomain: cookie.domain,
    secure,
    sessionCookieName: `${secure ? (cookie.domain === undefined ? "__Host-" : "__Secure-") : ""}doorward-${digest}`,
    isPerHost: hasAppHosts({ url: written, hosts }),
    ownCookiePrefix: `${secure ? "__Host-" : ""}doorward-${digest}-`,
  };
}

/** Six hex digits that every replica of a site agrees on. With a domain, the cookies of other `hosts` would meet. */
function digestOf(href: string, domain = "", hosts: readonly string[] = []): string {
  const parts = domain === "" || hosts.length === 0 ? [href, domain] : [href, domain, ...hosts];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 6);
}

/** RFC 6265 §5.1.3: a browser sends a cookie to its domain and the subdomains of it. */
export function createCover(domain: string): Site["covers"] {
  const suffix = `.${domain}`;
  return (hostname) => hostname === domain || hostname.endsWith(suffix);
}
