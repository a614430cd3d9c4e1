import type { Access, Config } from "./schema.ts";

/** The endpoints by their last segment. */
export const endpointNames = ["verify", "start", "callback", "sign_out"] as const;
export type EndpointName = (typeof endpointNames)[number];

/** A public URL of ours and the hosts that its cookie reaches. */
export interface Site {
  readonly url: URL;
  /** The path before the endpoints, without a slash at its end: "" or "/_auth". */
  readonly base: string;
  readonly access: Access;
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

export function createSite({
  url: written,
  cookie,
  access,
}: Pick<Config, "url" | "cookie" | "access">): Site {
  const url = new URL(written);
  const base = url.pathname === "/" ? "" : url.pathname;
  const address = (endpoint: EndpointName) => `${url.origin}${base}/${endpoint}`;
  const paths = new Set(endpointNames.map((name) => `${base}/${name}`));
  return {
    url,
    base,
    access,
    cookieDomain: cookie.domain,
    secure: url.protocol === "https:",
    redirectUri: (provider) => address("callback") + (provider === undefined ? "" : `/${provider}`),
    covers: (hostname) => isCovered(hostname, url.hostname, cookie.domain),
    address,
    isEndpoint: ({ origin, pathname }) =>
      origin === url.origin && (paths.has(pathname) || pathname.startsWith(`${base}/callback/`)),
  };
}

/** RFC 6265 §5.1.3: a cookie reaches its domain and, behind a dot, what is beneath it. */
function isCovered(hostname: string, siteHost: string, domain: string | undefined): boolean {
  if (domain === undefined) return hostname === siteHost;
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
