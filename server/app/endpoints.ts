import {
  compatNames,
  compatRoots,
  endpointNames,
  type CompatName,
  type CompatRoot,
  type EndpointName,
} from "../config/site.ts";
import type { SiteContext } from "../context.ts";
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
  /** The sites that share this path. */
  readonly contexts: readonly SiteContext[];
  /** The provider of its own callback; undefined = the callback that providers share. */
  readonly provider: string | undefined;
}

/** Every endpoint of every site, by its path in the request line. This map is the only list of them. */
export function endpointsByPath(
  contexts: readonly SiteContext[],
): ReadonlyMap<string, SiteEndpoint> {
  const endpoints = new Map<string, SiteEndpoint>();
  for (const [base, sharing] of Map.groupBy(contexts, ({ site }) => site.base)) {
    const hasCompat = sharing.some(({ config }) => config.compat !== undefined);
    for (const name of [...endpointNames, ...(hasCompat ? compatNames : [])])
      endpoints.set(`${base}/${name}`, { name, contexts: sharing, provider: undefined });
    const several = sharing.filter(({ config }) => Object.keys(config.providers).length > 1);
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
 * If several sites have the same paths, the site of the request's `Host`. With `compat`, recipes route the paths to
 * doorward on every host of a site's cookie.
 */
export function siteForHost(
  contexts: readonly SiteContext[],
  rawHeaders: readonly string[],
): SiteContext | undefined {
  if (contexts.length <= 1) return contexts[0];
  const host = hostIn(rawHeaders);
  const own =
    contexts.find(({ site }) => host === site.url.host) ??
    contexts.find(({ site }) => host === site.url.hostname); // nginx's $host has no port
  if (own !== undefined || contexts[0]?.config.compat === undefined) return own;
  const hostname = host.replace(/:\d+$/, "");
  return contexts.find(({ site }) => site.covers(hostname));
}

/** A callback accepts POST only for a provider that responds by form post. */
export function allowedMethods(
  { name, provider }: SiteEndpoint,
  { parties }: SiteContext,
): readonly string[] | undefined {
  const responding = provider === undefined ? [...parties.values()] : [parties.get(provider)];
  const acceptsForm = responding.some((party) => party?.provider.responseMode === "form_post");
  return name === "callback" && acceptsForm ? ["GET", "POST"] : methods[name];
}
