import { isObject } from "./shape.ts";
import { siteUrlFault, takesHost } from "./site-url.ts";

/** The readable parts of a site, and its path in the configuration. */
export interface WrittenSite {
  readonly prefix: string;
  /** undefined also for a `url` that takes its host from the request. */
  readonly hostname: string | undefined;
  readonly scheme: string | undefined;
  readonly takesHost: boolean;
  readonly hosts: readonly string[] | undefined;
  /** Without a slash at its end. */
  readonly path: string | undefined;
  readonly domain: string | undefined;
}

export function readSite(
  { url, hosts, cookie }: Record<string, unknown>,
  prefix: string,
): WrittenSite {
  const domain = isObject(cookie) ? cookie.domain : undefined;
  const isSound = typeof url === "string" && siteUrlFault(url) === undefined;
  const parsed = isSound ? URL.parse(url) : null;
  const isOpen = typeof url === "string" && takesHost(url);
  const names = [hosts].flat().filter((host) => typeof host === "string");
  return {
    prefix,
    hostname: isOpen ? undefined : parsed?.hostname,
    scheme: parsed?.protocol,
    takesHost: isOpen,
    hosts: hosts === undefined ? undefined : names.map((host) => host.toLowerCase()),
    path: parsed?.pathname.replace(/\/+$/, ""),
    domain: typeof domain === "string" ? domain.toLowerCase().replace(/^\./, "") : undefined,
  };
}

export function isUnder(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
