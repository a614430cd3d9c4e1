import { getPublicSuffix } from "tldts";
import type { Fault } from "./faults.ts";
import { isObject } from "./shape.ts";
import { unknown } from "./unknown-keys.ts";

/** A site as far as it can be read, and where it stands. */
interface Written {
  readonly prefix: string;
  readonly hostname: string | undefined;
  /** Without a slash at its end. */
  readonly path: string | undefined;
  readonly domain: string | undefined;
}

export function siteFaults(raw: Record<string, unknown>): Fault[] {
  const { sites } = raw;
  if (sites === undefined) {
    if (raw.url === undefined) return [{ path: "url", message: urlMissing }];
    return cookieFaults(written(raw, ""));
  }
  if (!Array.isArray(sites)) return [];
  if (sites.length === 0)
    return [{ path: "sites", message: "is empty: write at least one { url: … }" }];
  const beside = ["url", "cookie"].filter((name) => raw[name] !== undefined);
  const all = sites.map((site: unknown, index) =>
    written(isObject(site) ? site : {}, `sites.${index}.`),
  );
  return [
    ...beside.map((path) => ({
      path,
      message: "stands beside `sites`, which replaces it: move it into one of them",
    })),
    ...all.flatMap(cookieFaults),
    ...overlaps(all),
    ...all.flatMap((site) => shadowFaults(site, all)),
    ...sites.flatMap((site: unknown, index) =>
      providerNameFaults(site, raw.providers, `sites.${index}.providers`),
    ),
  ];
}

const urlMissing =
  "is missing: write the address at which browsers reach doorward, such as https://auth.example.com";

function written({ url, cookie }: Record<string, unknown>, prefix: string): Written {
  const domain = isObject(cookie) ? cookie.domain : undefined;
  const parsed = typeof url === "string" ? URL.parse(url) : null;
  return {
    prefix,
    hostname: parsed?.hostname,
    path: parsed?.pathname.replace(/\/+$/, ""),
    domain: typeof domain === "string" ? domain.toLowerCase().replace(/^\./, "") : undefined,
  };
}

function cookieFaults({ prefix, hostname, domain }: Written): Fault[] {
  if (hostname === undefined || domain === undefined) return [];
  const fault = (message: string) => [
    { path: `${prefix}cookie.domain`, message: `"${domain}" ${message}` },
  ];
  if (isPublicSuffix(domain))
    return fault(`belongs to everybody, and browsers refuse such a cookie: ${mend}`);
  if (hostname === domain || hostname.endsWith(`.${domain}`)) return [];
  return fault(`does not cover the host of url, ${hostname}: ${mend}`);
}

const mend = "write a domain of yours that the host is in, or leave it out";

/** A name beneath which strangers register names: `com`, `co.uk`, `github.io`. */
export function isPublicSuffix(domain: string): boolean {
  return !domain.includes(".") || getPublicSuffix(domain, { allowPrivateDomains: true }) === domain;
}

/** Two sites that reach equally far would both own the same cookie. */
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
      const message = `has the cookie scope ${scope} beside ${nesting}: browsers would send both cookies at once, and neither would count`;
      return [{ path: `${prefix}cookie.domain`, message }];
    }
    const message = `has the cookie scope of ${other.slice(0, -1)}, ${scope}: one site is enough for it`;
    return [{ path: `${prefix}url`, message }];
  });
}

/** A domain's cookies have one name, so of two domains one within the other both would come. */
function nestingScope(scope: string, others: readonly string[]): string | undefined {
  if (!scope.startsWith(".")) return undefined;
  return others.find(
    (other) => other.startsWith(".") && (other.endsWith(scope) || scope.endsWith(other)),
  );
}

/**
 * All that lies beneath `/verify` is Envoy's to ask about. Another site's pages in there would answer such a
 * question, and Envoy lets whoever gets a 200 pass.
 */
function shadowFaults({ prefix, path }: Written, all: readonly Written[]): Fault[] {
  if (path === undefined) return [];
  const other = all.find(
    (site) => site.path !== undefined && `${path}/`.startsWith(`${site.path}/verify/`),
  );
  if (other === undefined) return [];
  const message = `lies beneath /verify of ${other.prefix.slice(0, -1)}: give one of them another path`;
  return [{ path: `${prefix}url`, message }];
}

/** Names of providers, where a site or a rule limits them. */
export function providerNameFaults(owner: unknown, providers: unknown, path: string): Fault[] {
  const names = isObject(owner) ? owner[path.split(".").at(-1) ?? ""] : undefined;
  if (names === undefined || !isObject(providers)) return [];
  const known = Object.keys(providers);
  return [names]
    .flat()
    .filter((name): name is string => typeof name === "string" && !known.includes(name))
    .map((name) => ({ path, message: `"${name}" ${unknown(name, known)}` }));
}
