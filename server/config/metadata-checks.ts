import { providers as kinds } from "../../providers/registry.ts";
import { parseHostPattern } from "../policy/host-pattern.ts";
import { resourcePlaceOf, type ResourcePlace } from "../policy/resource-identifier.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import { isUnder, readSite } from "./written-site.ts";

type Written = Record<string, unknown>;

/** Faults of rules with `bearer.metadata`, and of issuers that need `audiences` without it. */
export function metadataFaults(raw: Written, rules: readonly unknown[]): Fault[] {
  const owners = new Map<string, { readonly path: string; readonly issuers: string }>();
  return rules.flatMap((rule, index) => {
    const bearer = isObject(rule) ? rule.bearer : undefined;
    if (!isObject(rule) || !isObject(bearer)) return [];
    const path = `rules.${index}`;
    if (bearer.metadata !== true) return audienceFaults(bearer, path);
    const place = resourcePlaceOf({
      host: textsOf(rule.host),
      path: textsOf(rule.path),
      exactPath: textsOf(rule.exactPath),
    });
    return "problem" in place
      ? [{ path: `${path}.${place.setting}`, message: place.problem }]
      : [
          ...idTokenFaults(bearer, path),
          ...noIssuerFaults(raw, bearer, place, path),
          ...sharedFaults(bearer, identifiedHost(raw, place.host) + place.path, path, owners),
        ];
  });
}

function textsOf(written: unknown): string[] {
  return [written].flat().filter((one): one is string => typeof one === "string");
}

function issuersOf({ issuers }: Written): Written[] {
  return Array.isArray(issuers) ? issuers.filter((issuer) => isObject(issuer)) : [];
}

/** Otherwise the resource is the audience. */
function audienceFaults(bearer: Written, path: string): Fault[] {
  const message =
    "is missing: list the audiences of which a token must have one, or write metadata: true in bearer for the URL of this rule";
  return issuersOf(bearer).flatMap(({ audiences }, index) =>
    audiences === undefined ? [{ path: `${path}.bearer.issuers.${index}.audiences`, message }] : [],
  );
}

function idTokenFaults({ idTokens }: Written, path: string): Fault[] {
  const message =
    "cannot be combined with metadata, because an ID token is for a client, and metadata requires tokens for the resource: remove one of the two";
  return idTokens === true ? [{ path: `${path}.bearer.idTokens`, message }] : [];
}

/** The document would list no issuer, and no client could get a token. */
function noIssuerFaults(raw: Written, bearer: Written, { host }: ResourcePlace, path: string) {
  if (issuersOf(bearer).length > 0 || !isObject(raw.providers)) return [];
  const offered = offeredAt(raw, parseHostPattern(host).name);
  const hasIssuer = Object.entries(raw.providers).some(([name, settings]) => {
    const type = isObject(settings) && typeof settings.type === "string" ? settings.type : name;
    // A provider of an unknown type is a fault of its own.
    return offered?.includes(name) !== false && kinds.get(type)?.isOAuthOnly !== true;
  });
  const message =
    "has no issuer to name, because no provider of the site is an OpenID Connect issuer: list the issuers of tokens in bearer.issuers";
  return hasIssuer ? [] : [{ path: `${path}.bearer.metadata`, message }];
}

/** The providers of the sites that may serve a host; undefined = all of them. */
function offeredAt({ sites }: Written, hostname: string): string[] | undefined {
  const covering = sitesAt(sites, hostname).map(({ providers }) => providers);
  return covering.length === 0 || covering.includes(undefined)
    ? undefined
    : covering.flatMap(textsOf);
}

/** The sites that may serve a host. */
function sitesAt(sites: unknown, hostname: string): Written[] {
  return (Array.isArray(sites) ? sites : []).filter((site: unknown): site is Written => {
    if (!isObject(site)) return false;
    const { hostname: own, domain, hosts = [] } = readSite(site, "");
    const scopes = [domain, ...hosts].filter((scope) => scope !== undefined);
    return own === hostname || scopes.some((scope) => isUnder(hostname, scope));
  });
}

/** The host of a resource identifier: without the port that is usual for the scheme of its site. */
function identifiedHost(raw: Written, written: string): string {
  const { name, port } = parseHostPattern(written);
  const sites = sitesAt(raw.sites ?? [raw], name);
  const isPlain = sites.some((site) => readSite(site, "").scheme === "http:");
  return port === (isPlain ? "80" : "443") ? name : written;
}

/** One document describes a resource, so that its rules must accept the same issuers. */
function sharedFaults(
  bearer: Written,
  resource: string,
  path: string,
  owners: Map<string, { readonly path: string; readonly issuers: string }>,
): Fault[] {
  const issuers = JSON.stringify(
    issuersOf(bearer)
      .map(({ issuer }) => String(issuer))
      .toSorted(),
  );
  const other = owners.get(resource);
  if (other === undefined) owners.set(resource, { path, issuers });
  if (other === undefined || other.issuers === issuers) return [];
  const message = `describes ${resource}, as ${other.path} does with other issuers: use the same issuers in both, or another host or path`;
  return [{ path: `${path}.bearer.metadata`, message }];
}
