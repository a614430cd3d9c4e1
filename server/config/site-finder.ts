import { DomainMap } from "../values/domain-map.ts";
import type { Site, SiteEntry } from "./site.ts";

/** Up to this many scopes, a linear search is faster than a lookup in a map. */
const few = 4;

/** `host` is the same with the port of the request, if that is not the scheme's default. */
export type SiteFinder = (hostname: string, host?: string) => Site | undefined;
export type EntryFinder = (hostname: string) => SiteEntry | undefined;

/** Finds the site whose cookie a host gets; of several, the one with the narrowest scope. */
export function createSiteFinder(entries: readonly SiteEntry[]): SiteFinder {
  const find = createEntryFinder(entries);
  return (hostname, host) => {
    const entry = find(hostname);
    return entry?.hosts === undefined ? entry?.first : entry.at(hostname, host);
  };
}

/** Finds the entry of `sites` that has the site of a host. */
export function createEntryFinder(entries: readonly SiteEntry[]): EntryFinder {
  const scopes = entries.flatMap((entry) =>
    scopesOf(entry).map(({ name, isHost }) => ({ name, isHost, entry })),
  );
  return scopes.length <= few ? createSearch(scopes) : createLookup(scopes);
}

/** A host or, with every host under it, a domain. */
interface HostScope {
  readonly name: string;
  readonly isHost: boolean;
}

/** The hosts that the sites of an entry serve. */
export function scopesOf({ hosts, cookieDomain, first }: SiteEntry): HostScope[] {
  if (hosts !== undefined) return hosts.map((name) => ({ name, isHost: false }));
  return [{ name: cookieDomain ?? first.url.hostname, isHost: cookieDomain === undefined }];
}

interface Scope extends HostScope {
  readonly entry: SiteEntry;
}

function createSearch(scopes: readonly Scope[]): EntryFinder {
  const narrowestFirst = scopes
    .toSorted(
      (one, other) =>
        other.name.length - one.name.length || Number(other.isHost) - Number(one.isHost),
    )
    .map(({ name, isHost, entry }) => ({ name, suffix: isHost ? undefined : `.${name}`, entry }));
  return (hostname) => {
    for (const { name, suffix, entry } of narrowestFirst)
      if (hostname === name || (suffix !== undefined && hostname.endsWith(suffix))) return entry;
    return undefined;
  };
}

function createLookup(scopes: readonly Scope[]): EntryFinder {
  const byHost = new Map<string, SiteEntry>();
  const byDomain = new DomainMap<SiteEntry>();
  for (const { name, isHost, entry } of scopes) {
    if (!isHost) byDomain.add(name, entry);
    else if (!byHost.has(name)) byHost.set(name, entry);
  }
  return (hostname) => byHost.get(hostname) ?? byDomain.find(hostname);
}
