import type { Config } from "../config/schema.ts";
import type { Site, SiteEntry } from "../config/site.ts";
import { isAllowedRedirect, parseAllowedRedirect } from "../config/allowed-redirect.ts";
import { parseHostPattern } from "../policy/host-pattern.ts";
import type { RuleConfig } from "../policy/rule-schema.ts";

/** Fits into the `Location` of a challenge and into the transaction cookie. */
const longest = 2_000;

/** Why no sign-in can lead to a URL. */
export type TargetFault =
  /** An http page, to which a browser never sends a Secure cookie. */
  | "scheme"
  /** A host that the session cookie does not reach. */
  | "host"
  /** A port that is neither the default, the site's nor named by a rule: another service may listen there. */
  | "port"
  /** One of doorward's own endpoints, which would sign the visitor out or in without end. */
  | "own endpoint";

/** Validates the target of every redirect. Input that browsers parse differently is rejected before parsing. */
export function createReturnTargets(
  sites: readonly SiteEntry[],
  config: Pick<Config, "compat"> & {
    readonly allowedRedirects: readonly string[];
    readonly rules: readonly RuleConfig[];
  },
) {
  const { allowedRedirects, rules } = config;
  const allowed = allowedRedirects
    .map(parseAllowedRedirect)
    .filter((target) => target !== undefined);
  const ruleHosts = rules
    .flatMap(({ host }) => host ?? [])
    .map(parseHostPattern)
    .filter(({ port }) => port !== "");
  return { returnTarget, signInTarget, targetFault };

  /** An absolute URL with an allowed origin, or nothing. */
  function returnTarget(site: Site, written: string | null): string | undefined {
    const url = allowedUrl(site, written);
    return url === undefined || mayBeEndpoint(url) ? undefined : url.href;
  }

  /** The same for a sign-in: an endpoint of doorward counts as the home of its host, so that no visitor loops. */
  function signInTarget(site: Site, written: string | null): string | undefined {
    const url = allowedUrl(site, written);
    if (url === undefined || !mayBeEndpoint(url)) return url?.href;
    return url.origin === site.url.origin ? homeOf({ site, config }) : `${url.origin}/`;
  }

  function allowedUrl(site: Site, written: string | null): URL | undefined {
    if (written === null || written.length > longest || !isPlain(written)) return undefined;
    const url = parse(site, written);
    if (url === undefined || url.username !== "" || url.password !== "") return undefined;
    // Encoding can make it six times as long, which would overflow the transaction cookie.
    if (url.href.length > longest) return undefined;
    return addressFault(site, url) === undefined ? url : undefined;
  }

  function mayBeEndpoint(url: URL): boolean {
    return sites.some((one) => one.mayBeEndpoint(url));
  }

  /** Why a sign-in cannot lead to a URL; undefined = it can. */
  function targetFault(site: Site, url: URL): TargetFault | undefined {
    return (
      addressFault(site, url) ??
      (sites.some((one) => one.isEndpoint(url)) ? "own endpoint" : undefined)
    );
  }

  function addressFault(site: Site, url: URL): TargetFault | undefined {
    // http only if the site itself uses http, which is allowed only on this machine.
    if (url.protocol !== "https:" && url.protocol !== site.url.protocol) return "scheme";
    if (!allowed.some((target) => isAllowedRedirect(target, url))) {
      const covering = sites.filter((one) => one.covers(url.hostname));
      if (covering.length === 0) return "host";
      if (!covering.some((one) => isPortOf(one, site, url))) return "port";
    }
    return undefined;
  }

  function isPortOf(entry: SiteEntry, site: Site, url: URL): boolean {
    if (url.port === "" || url.port === (entry.port ?? portAt(entry, site))) return true;
    return ruleHosts.some(({ name, port }) => port === url.port && isNamed(name, url.hostname));
  }
}

/** The port of a site that has it from the request: the browser is there already. */
function portAt(entry: SiteEntry, { url, id }: Site): string {
  return entry.at(url.hostname)?.id === id ? url.port : "";
}

/**
 * Where a sign-in without a return target leads: to the root of the app in which doorward is mounted. On a host of its
 * own the root is a page that does not exist, so it is `/start`, which shows the visitor's own page.
 */
export function homeOf({
  site,
  config,
}: {
  readonly site: Site;
  readonly config: Pick<Config, "compat">;
}): string {
  const isMounted = site.base !== "" || config.compat !== undefined;
  return isMounted ? `${site.url.origin}/` : site.address("start");
}

export type ReturnTargets = ReturnType<typeof createReturnTargets>;

/**
 * The return target of a request: `rd`, or the header that recipes for oauth2-proxy send instead. Any caller can set
 * either: both pass the same allowlist. Those recipes route the endpoints to doorward on every host of the cookie, and
 * a path means a page of the host that the browser asked.
 */
export function requestedTarget(
  { site, config }: { readonly site: Site; readonly config: Pick<Config, "compat"> },
  query: URLSearchParams,
  headers: Headers,
): string | null {
  const rd = query.get("rd") ?? compatTarget(config, headers);
  const host = config.compat === undefined ? undefined : otherHost(site, headers);
  const isPath = rd?.startsWith("/") === true && !rd.startsWith("//");
  return host !== undefined && isPath ? `${site.url.protocol}//${host}${rd}` : rd;
}

function compatTarget({ compat }: Pick<Config, "compat">, headers: Headers): string | null {
  return compat === undefined ? null : headers.get("x-auth-request-redirect");
}

/** The host that the browser asked, if it is not the site's own and gets the site's cookie. */
export function otherHost(site: Site, headers: Headers): string | undefined {
  const asked = URL.parse(`${site.url.protocol}//${headers.get("host") ?? ""}/`);
  if (asked === null || asked.hostname === site.url.hostname) return undefined;
  return site.covers(asked.hostname) ? asked.host : undefined;
}

/** Whether a rule's host, exact or `*.example.com`, names a host. */
function isNamed(name: string, hostname: string): boolean {
  return name.startsWith("*.") ? hostname.endsWith(name.slice(1)) : hostname === name;
}

/**
 * Labels of a DNS name, or an IPv6 address. RFC 1034 §3.1: only the root label is empty. A browser accepts characters
 * such as `;` in a host, at which other parsers end it: `evil.example;.example.com`.
 */
const hostnames = /^(?:(?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:]+\])$/;

/** No control character, which browsers drop, and no backslash, which they read as a slash. */
function isPlain(written: string): boolean {
  return !/[\p{Cc}\\]/u.test(written);
}

function parse(site: Site, written: string): URL | undefined {
  if (written.startsWith("/")) {
    // `//host` is another host.
    return written.startsWith("//") ? undefined : canonical(written, site.url.origin);
  }
  // Exactly two slashes, then a host: parsers disagree about `https:host` and `https:///host`.
  if (!/^https?:\/\/[^/?#@]+([/?#]|$)/i.test(written)) return undefined;
  const url = canonical(written);
  return url !== undefined && hostnames.test(url.hostname) ? url : undefined;
}

function canonical(written: string, base?: string): URL | undefined {
  return URL.parse(written, base) ?? undefined;
}
