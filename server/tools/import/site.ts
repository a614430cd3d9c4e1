import { isLoopbackHost } from "../../http/loopback.ts";
import { isPublicSuffix } from "../../values/public-suffix.ts";
import { parseAllowedRedirect } from "../../config/allowed-redirect.ts";
import { eachHostNote, sitesOfEachHost, widest, type SitesOfEachHost } from "./each-host.ts";
import type { Settings } from "./settings.ts";

interface ImportedSite {
  readonly url: string;
  readonly cookie?: { readonly domain: string };
}

/** The site of the redirect URL or, if that has no host, one at the host of each request. */
export function importSite(from: Settings): ImportedSite | SitesOfEachHost {
  const prefix = `/${(from.text("proxy_prefix") ?? "/oauth2").replace(/^\/+|\/+$/g, "")}`;
  const domains = from
    .list("cookie_domains")
    .map((domain) => domain.toLowerCase().replace(/^\./, ""));
  const written = from.text("redirect_url");
  const redirect = URL.parse(written ?? "");
  if (redirect === null || redirect.host === "") return eachHost(from, written, prefix, domains);
  const url = siteUrl(from, redirect, prefix);
  const domain = cookieDomain(from, domains, redirect.hostname);
  return { url, ...(domain !== undefined && { cookie: { domain } }) };
}

/** Without a host in the redirect URL, oauth2-proxy uses the host of each request. */
function eachHost(
  from: Settings,
  written: string | undefined,
  prefix: string,
  domains: readonly string[],
): SitesOfEachHost {
  const isPath = written?.startsWith("/") !== false;
  if (!isPath)
    from.problem("redirect_url", `"${written}" is not a URL: write https://HOST${prefix}/callback`);
  const path = URL.parse(isPath ? (written ?? "") : "", "https://host.invalid")?.pathname ?? "/";
  const base = baseOf(from, "https://{host}", path, prefix);
  // An entry without a dot in front is one host, often one of the issuer.
  const names = from.list("whitelist_domains").filter((entry) => /^\*?\./.test(entry));
  const settings = sitesOfEachHost(base, domains, names);
  const missing = written === undefined ? "is missing" : `"${written}" has no host`;
  from.note("to do", "redirect_url", eachHostNote(missing, "oauth2-proxy", settings));
  const nested = domains.filter((domain) => !widest(domains).includes(domain));
  if (nested.length > 0)
    from.note("different", "cookie_domains", `"${nested.join(", ")}" ${nestedDomain}`);
  return settings;
}

const nestedDomain =
  "is part of another domain of the list: the cookie of its hosts reaches every host of that domain now";

function siteUrl(from: Settings, redirect: URL, prefix: string): string {
  const { origin } = secured(from, redirect);
  return `${origin}${baseOf(from, origin, redirect.pathname, prefix)}`.replace(/\/$/, "");
}

/** The path of the redirect URL without its last segment, which is always `callback` here. */
function baseOf(from: Settings, origin: string, pathname: string, prefix: string): string {
  const path = pathname === "/" ? `${prefix}/callback` : pathname;
  const base = path.replace(/\/callback$/, "");
  if (base !== path) return base;
  from.note(
    "to do",
    "redirect_url",
    `register ${origin}${prefix}/callback as redirect URI at the issuer: doorward's redirect URI always ends in /callback`,
  );
  return prefix;
}

function secured(from: Settings, url: URL): URL {
  if (url.protocol === "https:" || isLoopbackHost(url.hostname)) return url;
  const message = `"${url.href}" is plain http, which exposes cookies and codes; url in the file is https now: serve it over https, and change the redirect URI at the issuer to https`;
  from.note("to do", "redirect_url", message);
  return new URL(url.href.replace(/^http:/, "https:"));
}

/** The longest cookie domain that contains the host, as in oauth2-proxy. */
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
      `"${domains.join(", ")}" does not contain ${host}, the host of redirect_url, so browsers would reject the cookie: correct one of the two`,
    );
  else if (others.length > 0)
    from.note(
      "to do",
      "cookie_domains",
      `"${others.join(", ")}" is left out, because a site has one cookie domain: add a site for each (docs/rules.md#several-sites)`,
    );
  return longest;
}

/** Allowed redirects. The syntax is the same, except that `*.example.com` is `.example.com` here. */
export function importRedirects(from: Settings): string[] | undefined {
  const kept = from.list("whitelist_domains").flatMap((entry) => allowedRedirect(from, entry));
  return kept.length === 0 ? undefined : [...new Set(kept)];
}

/** The hosts below a public suffix are other people's, but `.localhost:3000` also allows localhost:3000 itself. */
function allowedRedirect(from: Settings, entry: string): string[] {
  const ours = entry.replace(/^\*\./, ".").toLowerCase();
  const host = parseAllowedRedirect(ours)?.host;
  const isSuffix = host !== undefined && ours.startsWith(".") && isPublicSuffix(host);
  if (host !== undefined && !isSuffix) return [ours];
  const apex = ours.slice(1);
  const message = isSuffix
    ? `is a public suffix, so it also matches other people's hosts: only ${apex} itself is imported; list your own hosts`
    : "is not a host and never matched: write a host such as app.example.com";
  from.note("left out", "whitelist_domains", `"${entry}" ${message}`);
  return isSuffix ? [apex] : [];
}
