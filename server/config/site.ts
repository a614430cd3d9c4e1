import { copyString } from "../memory/recent-cache.ts";
import type { Access } from "../policy/access-schema.ts";
import type { Config, SiteConfig } from "./schema.ts";

/** The endpoints by their last segment. */
export const endpointNames = ["verify", "start", "callback", "sign_out"] as const;
export type EndpointName = (typeof endpointNames)[number];

/** What oauth2-proxy has besides, where it is stood in for. */
export const compatNames = ["auth", "sign_in"] as const;
export type CompatName = (typeof compatNames)[number];

/** A public URL of ours and the hosts that its cookie reaches. */
export interface Site {
  readonly url: URL;
  /** The path before the endpoints, without a slash at its end: "" or "/_auth". */
  readonly base: string;
  /** Who may pass where no rule matches; undefined = nobody. */
  readonly access: Access | undefined;
  /** The names of the providers it offers; undefined = all of them. */
  readonly providers: readonly string[] | undefined;
  /** The attribute of the session cookie; undefined = this host alone. */
  readonly cookieDomain: string | undefined;
  /** Whether browsers reach the site over TLS; false on this machine only. */
  readonly secure: boolean;
  /**
   * RFC 9700 §4.1: made from the configuration alone, never from a request. With a provider's name it is
   * that provider's own.
   */
  redirectUri(provider?: string): string;
  /** Whether a host gets this site's session cookie from a browser. */
  covers(hostname: string): boolean;
  address(endpoint: EndpointName): string;
  isEndpoint(url: URL): boolean;
}

/** All sites of a configuration; `url` and `cookie` at its top are short for a list of one. */
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
  return {
    url,
    base,
    access,
    providers,
    cookieDomain: cookie.domain,
    secure: url.protocol === "https:",
    redirectUri: (provider) => address("callback") + (provider === undefined ? "" : `/${provider}`),
    covers: createCover(url.hostname, cookie.domain),
    address,
    isEndpoint: ({ origin, pathname }) =>
      origin === url.origin && (paths.has(pathname) || pathname.startsWith(`${base}/callback/`)),
  };
}

/** RFC 6265 §5.1.3: a cookie reaches its domain and, behind a dot, what is beneath it. */
function createCover(siteHost: string, domain: string | undefined): Site["covers"] {
  if (domain === undefined) return (hostname) => hostname === siteHost;
  const beneath = `.${domain}`;
  return (hostname) => hostname === domain || hostname.endsWith(beneath);
}

/** So many are gone through more quickly than one is looked up. */
const few = 4;

/** The site whose cookie a host gets; of several the one that reaches least far, for it means that host most. */
export function createSiteFinder(sites: readonly Site[]): (hostname: string) => Site | undefined {
  const scopeOf = (site: Site) => site.cookieDomain ?? site.url.hostname;
  const narrowestFirst = sites.toSorted(
    (one, other) =>
      scopeOf(other).length - scopeOf(one).length ||
      Number(other.cookieDomain === undefined) - Number(one.cookieDomain === undefined),
  );
  const find = (hostname: string) => narrowestFirst.find((site) => site.covers(hostname));
  if (sites.length <= few) return find;
  const remembered = new Map<string, Site | undefined>();
  return (hostname) => {
    if (remembered.has(hostname)) return remembered.get(hostname);
    const found = find(hostname);
    if (remembered.size >= 10_000) remembered.clear(); // hosts are a visitor's to make up
    remembered.set(copyString(hostname), found);
    return found;
  };
}
