import { getPublicSuffix } from "tldts";
import { isLoopbackHost } from "../http/loopback.ts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import { siteUrlFault, takesHost } from "./site-url.ts";
import { unknown } from "./unknown-keys.ts";

/** The readable parts of a site, and its path in the configuration. */
interface Written {
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

export function siteFaults(raw: Record<string, unknown>): Fault[] {
  const { sites } = raw;
  if (sites === undefined) {
    if (raw.url === undefined) return [{ path: "url", message: urlMissing }];
    return entryFaults(written(raw, ""));
  }
  if (!Array.isArray(sites)) return [];
  if (sites.length === 0)
    return [{ path: "sites", message: "is empty: add at least one { url: … }" }];
  const replaced = ["url", "hosts", "cookie"].filter((name) => raw[name] !== undefined);
  const all = sites.map((site: unknown, index) =>
    written(isObject(site) ? site : {}, `sites.${index}.`),
  );
  return [
    ...replaced.map((path) => ({
      path,
      message: "cannot be combined with `sites`, which replaces it: move it into one of the sites",
    })),
    ...all.flatMap(entryFaults),
    ...overlaps(all),
    ...sharedHosts(all),
    ...all.flatMap((site) => ownHostFaults(site, all)),
    ...all.flatMap((site) => shadowFaults(site, all)),
    ...sites.flatMap((site: unknown, index) =>
      providerNameFaults(site, raw.providers, `sites.${index}.providers`),
    ),
  ];
}

const urlMissing =
  "is missing: set the address at which browsers reach doorward, such as https://auth.example.com";

function written({ url, hosts, cookie }: Record<string, unknown>, prefix: string): Written {
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

function entryFaults(entry: Written): Fault[] {
  return [...hostsFaults(entry), ...cookieFaults(entry)];
}

/** `hosts` and the placeholder in `url` belong together. */
function hostsFaults({ prefix, takesHost: isOpen, hosts, scheme }: Written): Fault[] {
  const fault = (message: string) => [{ path: `${prefix}hosts`, message }];
  if (hosts === undefined && isOpen)
    return fault(
      "is missing: list the domains of your hosts, such as [example.com], because url takes its host from the request",
    );
  if (hosts === undefined) return [];
  if (!isOpen && scheme !== undefined)
    return fault(
      "has no effect, because url names one host: write url: https://{host}/_auth, or remove hosts",
    );
  return hosts.flatMap((host) => {
    if (isLoopbackHost(host)) return [];
    if (scheme === "http:")
      return fault(
        `"${host}" is not this machine, and plain http is allowed for localhost only: use https:// in url`,
      );
    return isPublicSuffix(host)
      ? fault(`"${host}" is a public suffix, so it also has other people's hosts: ${ownDomain}`)
      : [];
  });
}

const ownDomain = "use a domain of your own";

function cookieFaults({ prefix, hostname, hosts = [], domain }: Written): Fault[] {
  if (domain === undefined) return [];
  const fault = (message: string) => [
    { path: `${prefix}cookie.domain`, message: `"${domain}" ${message}` },
  ];
  const names = hostname === undefined ? hosts : [hostname];
  if (names.length > 0 && isPublicSuffix(domain))
    return fault(`is a public suffix, and browsers reject a cookie for it: ${fix}`);
  const outside = names.find((name) => !isUnder(name, domain));
  if (outside === undefined) return [];
  const where = hostname === undefined ? "an entry of hosts" : "the host of url";
  return fault(`does not cover ${where}, ${outside}: ${fix}`);
}

const fix = `${ownDomain} that contains the host, or leave it out`;

/** A domain under which anyone can register names: `com`, `co.uk`, `github.io`. */
export function isPublicSuffix(domain: string): boolean {
  return !domain.includes(".") || getPublicSuffix(domain, { allowPrivateDomains: true }) === domain;
}

/** Two sites with the same cookie scope would overwrite each other's cookie. */
function overlaps(all: readonly Written[]): Fault[] {
  const owners = new Map<string, string>();
  return all.flatMap(({ prefix, hostname, domain }) => {
    const scope = domain === undefined ? hostname : `.${domain}`;
    if (scope === undefined) return [];
    const other = owners.get(scope);
    const nesting = nestingScope(scope, [...owners.keys()]);
    owners.set(scope, prefix);
    if (other === undefined && nesting === undefined) return [];
    if (other === undefined) {
      const message = `has the cookie scope ${scope}, which overlaps ${nesting}: browsers would send both cookies at once, and doorward would reject both; use one site for both`;
      return [{ path: `${prefix}cookie.domain`, message }];
    }
    const message = `has the same cookie scope as ${other.slice(0, -1)}, ${scope}: use one site for it`;
    return [{ path: `${prefix}url`, message }];
  });
}

/** Of nested `hosts`, the narrowest decides; of equal ones, none does. */
function sharedHosts(all: readonly Written[]): Fault[] {
  const owners = new Map<string, string>();
  return all.flatMap(({ prefix, hosts = [] }) =>
    [...new Set(hosts)].flatMap((host) => {
      const other = owners.get(host);
      owners.set(host, prefix);
      if (other === undefined) return [];
      const message = `"${host}" is in hosts of ${other.slice(0, -1)} too: use one site for it`;
      return [{ path: `${prefix}hosts`, message }];
    }),
  );
}

/** Cookies of all domains have the same name, so for nested domains a browser would send both. */
function nestingScope(scope: string, others: readonly string[]): string | undefined {
  if (!scope.startsWith(".")) return undefined;
  return others.find(
    (other) => other.startsWith(".") && (other.endsWith(scope) || scope.endsWith(other)),
  );
}

/** `/verify` would leave the host of another site to the narrower `hosts`, and a sign-in there never ends. */
function ownHostFaults({ prefix, hosts = [] }: Written, all: readonly Written[]): Fault[] {
  return hosts.flatMap((host) =>
    all
      .filter(
        ({ hostname, domain }) =>
          hostname !== undefined &&
          domain !== undefined &&
          isUnder(hostname, host) &&
          isUnder(host, domain),
      )
      .map((other) => ({
        path: `${prefix}hosts`,
        message: `"${host}" includes ${other.hostname}, the host of ${other.prefix.slice(0, -1)}, whose cookie reaches it too: list narrower hosts, or use one site for both`,
      })),
  );
}

function isUnder(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

/**
 * Envoy appends the visitor's path to `/verify`. A page of another site under `/verify` would answer such a
 * request, and Envoy lets a request pass on any 200.
 */
function shadowFaults({ prefix, path }: Written, all: readonly Written[]): Fault[] {
  if (path === undefined) return [];
  const other = all.find(
    (site) => site.path !== undefined && `${path}/`.startsWith(`${site.path}/verify/`),
  );
  if (other === undefined) return [];
  const message = `is under /verify of ${other.prefix.slice(0, -1)}: give one of them another path`;
  return [{ path: `${prefix}url`, message }];
}

/** Unknown provider names in a site or a rule. */
export function providerNameFaults(owner: unknown, providers: unknown, path: string): Fault[] {
  const names = isObject(owner) ? owner[path.split(".").at(-1) ?? ""] : undefined;
  if (names === undefined || !isObject(providers)) return [];
  const known = Object.keys(providers);
  return [names]
    .flat()
    .filter((name): name is string => typeof name === "string" && !known.includes(name))
    .map((name) => ({ path, message: `"${name}" ${unknown(name, known)}` }));
}
