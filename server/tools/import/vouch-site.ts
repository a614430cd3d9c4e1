import { addressToFill } from "./imported.ts";
import { someOf } from "./provider.ts";
import { isLoopbackHost } from "../../http/loopback.ts";
import type { VouchOptions } from "./vouch-options.ts";

interface ImportedSite {
  readonly url: string;
  readonly cookie?: { readonly domain: string };
}

/** One site for each domain with a callback URL: vouch-proxy protects the hosts of its domains only. */
export function importVouchSites(from: VouchOptions): readonly ImportedSite[] {
  const domains = from.list("vouch.domains").map(bare);
  const cookie = bare(from.text("vouch.cookie.domain") ?? "");
  const byDomain = new Map<string, ImportedSite>();
  const urls = callbacks(from);
  if (urls.length === 0 && from.problems.length === 0)
    byDomain.set("", siteToFill(from, { domains, cookie }));
  for (const url of urls) {
    const site = siteAt(from, url, { domains, cookie });
    const key = site?.cookie?.domain ?? url.host;
    if (site !== undefined && !byDomain.has(key)) byDomain.set(key, site);
  }
  const sites = [...byDomain.values()];
  const lost = domains.filter((domain) => !sites.some((site) => reaches(site, domain)));
  if (sites.length > 0 && lost.length > 0)
    from.note(
      "to do",
      "vouch.domains",
      `no callback URL is at ${lost.join(", ")}, so its hosts have no sign-in now: add a site for each (docs/rules.md#several-sites)`,
    );
  return sites;
}

/** The sites as settings: `url` and `cookie` if there is one. */
export function siteSettings(sites: readonly ImportedSite[]): Record<string, unknown> {
  const [only, ...more] = sites;
  return more.length === 0 ? { ...only } : { sites };
}

/** The hosts to return to after a sign-out, as far as no cookie reaches them. */
export function importVouchRedirects(
  from: VouchOptions,
  sites: readonly ImportedSite[],
): readonly string[] | undefined {
  const hosts = from.list("vouch.post_logout_redirect_uris").flatMap((written) => {
    const url = URL.parse(written);
    if (url === null) {
      from.problem("vouch.post_logout_redirect_uris", `"${written}" is not a URL`);
      return [];
    }
    return sites.some((site) => reaches(site, url.hostname)) ? [] : [url.host];
  });
  if (hosts.length > 0)
    from.note(
      "different",
      "vouch.post_logout_redirect_uris",
      "every page of these hosts is a return target now, also of a sign-in (allowedRedirects)",
    );
  return someOf([...new Set(hosts)]);
}

function bare(domain: string): string {
  return domain.toLowerCase().replace(/^\./, "");
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

function reaches({ url, cookie }: ImportedSite, host: string): boolean {
  return cookie === undefined ? host === URL.parse(url)?.hostname : isWithin(host, cookie.domain);
}

function callbacks(from: VouchOptions): URL[] {
  const one = from.text("oauth.callback_url");
  const option = one === undefined ? "oauth.callback_urls" : "oauth.callback_url";
  const written = new Set([
    ...(one === undefined ? [] : [one]),
    ...from.list("oauth.callback_urls"),
  ]);
  return [...written].flatMap((text) => {
    const url = URL.parse(text);
    if (url !== null && /^https?:$/.test(url.protocol)) return [url];
    from.problem(option, `"${text}" is not a URL: write https://vouch.example.com/auth`);
    return [];
  });
}

/** At some providers vouch-proxy needs no callback URL, and only its documentation names a host: `vouch`. */
function siteToFill(
  from: VouchOptions,
  { domains, cookie }: { readonly domains: readonly string[]; readonly cookie: string },
): ImportedSite {
  const isFine = domains.length === 0 || domains.some((one) => isWithin(cookie, one));
  const domain = cookie !== "" && isFine ? cookie : domains[0];
  from.note(
    "to do",
    "oauth.callback_url",
    `is missing: write the host where browsers reach doorward into url, such as vouch.${domain ?? "example.com"}, and register its /callback at the issuer; doorward does not start until then`,
  );
  return { url: addressToFill(rootOf(from)), ...(domain !== undefined && { cookie: { domain } }) };
}

function siteAt(
  from: VouchOptions,
  callback: URL,
  { domains, cookie }: { readonly domains: readonly string[]; readonly cookie: string },
): ImportedSite | undefined {
  const host = callback.hostname;
  const [own] = domains
    .filter((domain) => isWithin(host, domain))
    .toSorted((one, other) => other.length - one.length);
  const place = from.text("oauth.callback_url") === undefined ? "callback_urls" : "callback_url";
  if (cookie !== "" && !isWithin(host, cookie)) {
    const message = `"${cookie}" does not contain ${host}, the host of ${place}, so browsers would reject the cookie: correct one of the two`;
    from.problem("vouch.cookie.domain", message);
    return undefined;
  }
  if (domains.length > 0 && own === undefined) {
    const message = `${host}, the host of ${place}, is in none of them, so doorward's cookie would reach hosts that vouch-proxy refuses: move it to a host in one of the domains`;
    from.problem("vouch.domains", message);
    return undefined;
  }
  const isNarrower = own === undefined || isWithin(cookie, own);
  const domain = cookie !== "" && isNarrower ? cookie : own;
  if (cookie !== "" && !isNarrower)
    from.note(
      "different",
      "vouch.cookie.domain",
      `"${cookie}" becomes ${own ?? ""}, the domain in vouch.domains: vouch-proxy refuses the other hosts`,
    );
  const url = publicUrl(from, callback);
  return { url, ...(domain !== undefined && { cookie: { domain } }) };
}

/** The path under which vouch-proxy serves its endpoints. */
function rootOf(from: VouchOptions): string {
  const root = from.text("vouch.document_root")?.replace(/^\/+|\/+$/g, "") ?? "";
  return root === "" ? "" : `/${root}`;
}

function publicUrl(from: VouchOptions, callback: URL): string {
  const base = callback.pathname.endsWith("/auth") ? callback.pathname.slice(0, -5) : rootOf(from);
  const isSecure = callback.protocol === "https:" || isLoopbackHost(callback.hostname);
  const origin = isSecure ? callback.origin : `https://${callback.hostname}`;
  const url = `${origin}${base}`.replace(/\/+$/, "");
  if (!isSecure)
    from.note(
      "to do",
      "oauth.callback_url",
      `"${callback.href}" is plain http, which exposes cookies and codes; url in the file is ${url} now: serve it over https`,
    );
  from.note(
    "to do",
    "oauth.callback_url",
    `register ${url}/callback at the issuer instead of ${callback.href}`,
  );
  return url;
}
