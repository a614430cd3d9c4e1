import {
  compatNames,
  compatRoots,
  endpointNames,
  type CompatName,
  type CompatRoot,
  type EndpointName,
} from "../config/endpoint-paths.ts";
import type { EntryContext, SiteContext } from "../context.ts";
import { forwardedRequest, hostnameOf, isMalformed } from "../forwarded/forwarded-request.ts";
import { hostIn } from "../http/raw-headers.ts";

/** The methods that an endpoint accepts; undefined = any. */
const methods: Record<SiteEndpoint["name"], readonly string[] | undefined> = {
  auth: undefined,
  sign_in: ["GET", "HEAD"],
  userinfo: ["GET", "HEAD"],
  root: undefined, // as /verify
  ping: undefined,
  ready: undefined,
  robots: undefined,
  verify: undefined, // proxies send the visitor's method, and HAProxy sends HEAD
  start: ["GET", "HEAD"],
  callback: ["GET"],
  sign_out: ["GET", "POST"],
};

/** The endpoint at a path. */
export interface SiteEndpoint {
  readonly name: EndpointName | CompatName | CompatRoot;
  /** The entries of `sites` that share this path. */
  readonly contexts: readonly EntryContext[];
  /** The provider of its own callback; undefined = the callback that providers share. */
  readonly provider: string | undefined;
}

/** Every endpoint of every site, by its path in the request line. This map is the only list of them. */
export function endpointsByPath(
  contexts: readonly EntryContext[],
): ReadonlyMap<string, SiteEndpoint> {
  const endpoints = new Map<string, SiteEndpoint>();
  for (const [base, sharing] of Map.groupBy(contexts, ({ entry }) => entry.base)) {
    const hasCompat = sharing.some(({ config }) => config.compat !== undefined);
    for (const name of [...endpointNames, ...(hasCompat ? compatNames : [])])
      endpoints.set(`${base}/${name}`, { name, contexts: sharing, provider: undefined });
    const several = sharing.filter(
      ({ config, entry }) =>
        Object.keys(config.providers).length > 1 && entry.first.signInSite === undefined,
    );
    for (const provider of several.flatMap(({ parties }) => Array.from(parties.keys()))) {
      const path = `${base}/callback/${provider}`;
      endpoints.set(path, { name: "callback", contexts: sharing, provider });
    }
  }
  if (contexts.some(({ config }) => config.compat !== undefined))
    for (const [path, name] of Object.entries(compatRoots))
      endpoints.set(path, { name, contexts, provider: undefined });
  return endpoints;
}

/**
 * The site for a browser's request, by its `Host` if there are several. With `compat`, recipes route the paths to
 * doorward on every host of a site's cookie.
 */
export function siteForHost(
  contexts: readonly EntryContext[],
  rawHeaders: readonly string[],
): SiteContext | undefined {
  const [only] = contexts;
  if (contexts.length === 1 && only?.entry.hosts === undefined) return only && firstOf(only);
  const host = hostIn(rawHeaders);
  const fixed = contexts.filter(({ entry }) => entry.hosts === undefined);
  const own =
    fixed.find(({ entry }) => host === entry.first.url.host) ??
    fixed.find(({ entry }) => host === entry.first.url.hostname); // nginx's $host has no port
  if (own !== undefined) return firstOf(own);
  const request = forwardedRequest("GET", "https", host, "/");
  if (isMalformed(request)) return undefined;
  // As `/verify` reads it: no other spelling of a host gets a site, an address or a cookie.
  const hostname = hostnameOf(request);
  const entry = only?.entryOf(hostname);
  const site = entry?.hosts && entry.at(hostname, request.host);
  const context = contexts.find((one) => one.entry === entry);
  if (site !== undefined) return context && { ...context, site };
  const covering = fixed.find((one) => one.entry.covers(hostname));
  return only?.config.compat === undefined ? undefined : covering && firstOf(covering);
}

function firstOf(context: EntryContext): SiteContext {
  return { ...context, site: context.entry.first };
}

/** A callback accepts POST only for a provider that responds by form post; no issuer responds to the host of an app. */
export function allowedMethods(
  { name, provider }: SiteEndpoint,
  { site, parties }: SiteContext,
): readonly string[] | undefined {
  if (site.signInSite !== undefined) return methods[name];
  const responding = provider === undefined ? [...parties.values()] : [parties.get(provider)];
  const acceptsForm = responding.some((party) => party?.provider.responseMode === "form_post");
  return name === "callback" && acceptsForm ? ["GET", "POST"] : methods[name];
}
