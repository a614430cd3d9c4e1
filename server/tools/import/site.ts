import { isLoopbackHost } from "../../http/loopback.ts";
import { isPublicSuffix } from "../../config/site-checks.ts";
import { parseAllowedRedirect } from "../../config/allowed-redirect.ts";
import type { Settings } from "./settings.ts";

export interface ImportedSite {
  readonly url: string;
  readonly cookie?: { readonly domain: string };
}

/** Where the endpoints are: the redirect URL without its last part. */
export function importSite(from: Settings): ImportedSite {
  const prefix = `/${(from.text("proxy_prefix") ?? "/oauth2").replace(/^\/+|\/+$/g, "")}`;
  const domains = from
    .list("cookie_domains")
    .map((domain) => domain.toLowerCase().replace(/^\./, ""));
  const url = siteUrl(from, prefix, domains);
  const domain = cookieDomain(from, domains, URL.parse(url)?.hostname ?? "");
  return { url, ...(domain !== undefined && { cookie: { domain } }) };
}

function siteUrl(from: Settings, prefix: string, domains: readonly string[]): string {
  const written = from.text("redirect_url");
  const redirect = URL.parse(written ?? "");
  if (written === undefined || redirect === null || redirect.host === "") {
    if (written !== undefined && !written.startsWith("/"))
      from.problem("redirect_url", "is no URL");
    const guess = `https://${domains[0] ?? "app.example.com"}${prefix}`;
    const message = `is missing, for oauth2-proxy takes the host of each request; doorward wants to be told: change url, now ${guess}, to where browsers reach it`;
    from.note("to do", "redirect_url", message);
    return guess;
  }
  const path = redirect.pathname === "/" ? `${prefix}/callback` : redirect.pathname;
  const base = path.replace(/\/callback$/, "");
  const origin = secured(from, redirect).origin;
  if (base === path)
    from.note(
      "to do",
      "redirect_url",
      `register ${origin}${prefix}/callback at the issuer: doorward's redirect URI ends in /callback`,
    );
  return `${origin}${base === path ? prefix : base}`.replace(/\/$/, "");
}

function secured(from: Settings, url: URL): URL {
  if (url.protocol === "https:" || isLoopbackHost(url.hostname)) return url;
  const message =
    "is plain http, over which cookies and codes would go in the clear: doorward wants https, so url and the redirect URI at the issuer begin with it";
  from.note("to do", "redirect_url", message);
  return new URL(url.href.replace(/^http:/, "https:"));
}

/** oauth2-proxy takes the longest that holds the host. */
function cookieDomain(
  from: Settings,
  domains: readonly string[],
  host: string,
): string | undefined {
  const fitting = domains.filter((domain) => host === domain || host.endsWith(`.${domain}`));
  const [longest] = fitting.toSorted((one, other) => other.length - one.length);
  const others = domains.filter((domain) => domain !== longest);
  if (domains.length > 0 && longest === undefined)
    from.problem(
      "cookie_domains",
      `none holds ${host}, the host of redirect_url: no browser would keep the cookie`,
    );
  else if (others.length > 0)
    from.note(
      "to do",
      "cookie_domains",
      `${others.join(", ")}: a site has one cookie domain; give each a site of its own (docs/rules.md#several-sites)`,
    );
  return longest;
}

/** Where a browser may be sent: the same grammar but for a star before the dot. */
export function importRedirects(from: Settings): string[] | undefined {
  const written = from.list("whitelist_domains");
  const kept = written.flatMap((entry) => {
    const ours = entry.replace(/^\*\./, ".").toLowerCase();
    const host = parseAllowedRedirect(ours)?.host;
    const isStrangers = host !== undefined && ours.startsWith(".") && isPublicSuffix(host);
    if (host !== undefined && !isStrangers) return [ours];
    const message = isStrangers
      ? "means the hosts of strangers too"
      : "is no host, and so never matched";
    from.note("left out", "whitelist_domains", `"${entry}" ${message}`);
    return [];
  });
  return kept.length === 0 ? undefined : kept;
}
