import type { Config } from "../../config/schema.ts";
import { documentsByHost, type Document } from "./documents.ts";
import { createEntryFinder } from "../../config/site-finder.ts";
import type { SiteEntry } from "../../config/site.ts";
import { createSites } from "../../config/sites.ts";

/** A public host, and what the proxy does with its requests. */
export interface PublicHost {
  /** `app.example.com` or `*.example.com`, lower case, without a port. */
  readonly host: string;
  readonly port: number;
  /** http only for a site on localhost. */
  readonly scheme: "https" | "http";
  /** The host, with the port unless it is the scheme's default. */
  readonly authority: string;
  /**
   * A unique name for generated configuration: `app-example-com`. At most 45 lower-case letters, digits and hyphens,
   * with at least one inner hyphen, so that no format reads it as a number or a keyword.
   */
  readonly name: string;
  /**
   * `app`: ask doorward about every request, then forward it to the app. `doorward`: forward everything except
   * /verify to doorward. `both`: an app with doorward mounted at `base`.
   */
  readonly serves: "app" | "doorward" | "both";
  /** The path of the site's URL, which prefixes doorward's endpoints: "" or "/_auth". */
  readonly base: string;
  /** The site's URL; with the placeholder, if the site has the host of the request. */
  readonly site: string;
  /** The metadata of its protected resources, each at a path of its own. */
  readonly documents: readonly Document[];
}

interface Guarded {
  readonly host: string;
  readonly port: number;
}

type EntryFinder = ReturnType<typeof createEntryFinder>;

export interface PublicHosts {
  readonly hosts: readonly PublicHost[];
  /** Host patterns in rules that no site covers. */
  readonly uncovered: readonly string[];
  /** Example app hosts, one for each site without a host in `rules`. */
  readonly examples: readonly string[];
}

/** The hosts of the sites and of the rules. A site with one URL and without a host in `rules` gets an example app. */
export function publicHosts(config: Config): PublicHosts {
  const sites = createSites(config);
  const entryOf = createEntryFinder(sites);
  const documents = documentsByHost(config);
  const patterns = [...new Set(config.rules.flatMap(({ host = [] }) => host))];
  const isOf = (site: SiteEntry | undefined) => (pattern: string) =>
    entryOf(pattern.replace(/:\d+$/, "")) === site;
  const examples = new Map<SiteEntry, Guarded>();
  const hosts = sites.flatMap((site) => {
    if (site.hosts !== undefined) return hostsUnder(site.hosts, site, patterns, isOf(site));
    const apps = appsOf(site, patterns.filter(isOf(site)));
    if (apps.length === 0 && site.base === "" && !site.hasAppHosts)
      examples.set(site, example(site, entryOf));
    const guards = apps.concat(examples.get(site) ?? []);
    return guards
      .map((app) => toPublicHost(app, site, "app"))
      .concat(toPublicHost(ownHost(site), site, site.base === "" ? "doorward" : "both"));
  });
  return {
    hosts: distinct(hosts.toSorted(wildcardsLast)).map((host) => withDocuments(host, documents)),
    uncovered: patterns.filter(isOf(undefined)),
    examples: [...examples.values()].map(({ host }) => host),
  };
}

function withDocuments(
  host: PublicHost,
  documents: ReturnType<typeof documentsByHost>,
): PublicHost {
  return { ...host, documents: documents.get(host.authority) ?? [] };
}

/** Each host under `hosts` has an app and doorward's endpoints: those that rules name, and all others. */
function hostsUnder(
  hosts: readonly string[],
  site: SiteEntry,
  patterns: readonly string[],
  isOfSite: (pattern: string) => boolean,
): PublicHost[] {
  const port = Number(site.port) || usualPort(site);
  const names = [...patterns, ...hosts.flatMap((host) => [host, `*.${host}`])];
  // One of `hosts` can be the host of another site, which is narrower.
  return names.filter(isOfSite).map((pattern) => {
    const [host = pattern, written = port] = pattern.split(":");
    return toPublicHost({ host, port: Number(written) }, site, "both");
  });
}

function ownHost(site: SiteEntry): Guarded {
  const { hostname, port } = site.first.url;
  return { host: hostname, port: Number(port) || usualPort(site) };
}

function appsOf(site: SiteEntry, patterns: readonly string[]): Guarded[] {
  const own = ownHost(site);
  return patterns
    .map((pattern) => guarded(pattern, site))
    .filter(({ host, port }) => host !== own.host || port !== own.port);
}

function usualPort({ secure }: SiteEntry): number {
  return secure ? 443 : 80;
}

function guarded(pattern: string, site: SiteEntry): Guarded {
  const [host = pattern, port] = pattern.split(":");
  return { host, port: port === undefined ? usualPort(site) : Number(port) };
}

function example(site: SiteEntry, entryOf: EntryFinder): Guarded {
  const names = ["app", "my-app", "guarded-app"].map((name) => `${name}.${site.cookieDomain}`);
  const host = names.find((name) => entryOf(name) === site && name !== site.first.url.hostname);
  return { host: host ?? `app.${site.first.url.hostname}`, port: usualPort(site) };
}

function toPublicHost(
  { host, port }: Guarded,
  site: SiteEntry,
  serves: PublicHost["serves"],
): PublicHost {
  const authority = port === usualPort(site) ? host : `${host}:${port}`;
  return {
    host,
    port,
    scheme: site.secure ? "https" : "http",
    authority,
    name: nameOf(authority),
    serves,
    base: site.base,
    site: site.name.replace(/\/$/, ""),
    documents: [],
  };
}

function nameOf(authority: string): string {
  const words = authority.replace(/^\*/, "any").split(/[^a-z0-9]+/);
  return (words.length === 1 ? ["host", ...words] : words)
    .join("-")
    .slice(0, 40)
    .replace(/-+$/, "");
}

/** Most proxies prefer exact names; this order gives the same result in proxies that take the first match. */
function wildcardsLast(one: PublicHost, other: PublicHost): number {
  return breadth(one) - breadth(other);
}

function breadth({ host }: PublicHost): number {
  return host.startsWith("*") ? 1000 - host.length : 0;
}

/** Removes duplicates (`:443` equals the default port) and makes every name unique. */
function distinct(hosts: readonly PublicHost[]): PublicHost[] {
  const byAuthority = new Map(hosts.map((host) => [host.authority, host]));
  const byName = new Map<string, PublicHost>();
  for (const host of byAuthority.values()) {
    let { name } = host;
    for (let count = 2; byName.has(name); count++) name = `${host.name}-${count}`;
    byName.set(name, { ...host, name });
  }
  return [...byName.values()];
}

/** The comment printed above a host's configuration. */
export function purposeOf({ serves, site }: PublicHost): string {
  return `${purposes[serves]} ${site}`;
}

const purposes = {
  app: "App protected by doorward at",
  doorward: "doorward on its own host:",
  both: "App protected by doorward, which is mounted at",
};
