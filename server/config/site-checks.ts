import type { Fault } from "./faults.ts";
import { hostsFaults, ownHostFaults, sharedHosts } from "./hosts-checks.ts";
import { mentionsPerHost, perHostFaults } from "./per-host-checks.ts";
import { isObject } from "./shape.ts";
import { unknown } from "./unknown-keys.ts";
import { appMountOf } from "./site-url.ts";
import { isUnder, readSite, type WrittenSite } from "./written-site.ts";
import { isPublicSuffix } from "../values/public-suffix.ts";

export function siteFaults(raw: Record<string, unknown>): Fault[] {
  const { sites } = raw;
  if (sites === undefined) {
    if (raw.url === undefined) return [{ path: "url", message: urlMissing }];
    const site = readSite(raw, "");
    return [...entryFaults(site, raw), ...perHostFaults([site], raw)];
  }
  if (!Array.isArray(sites)) return [];
  if (sites.length === 0)
    return [{ path: "sites", message: "is empty: add at least one { url: … }" }];
  const replaced = ["url", "hosts", "cookie"].filter((name) => raw[name] !== undefined);
  const all = sites.map((site: unknown, index) =>
    readSite(isObject(site) ? site : {}, `sites.${index}.`),
  );
  return [
    ...replaced.map((path) => ({
      path,
      message: "cannot be combined with `sites`, which replaces it: move it into one of the sites",
    })),
    ...all.flatMap((site) => entryFaults(site, raw)),
    ...perHostFaults(all, raw),
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

function entryFaults(entry: WrittenSite, raw: Record<string, unknown>): Fault[] {
  return [...hostsFaults(entry, mentionsPerHost(raw)), ...cookieFaults(entry)];
}

function cookieFaults({ prefix, hostname, hosts = [], domain }: WrittenSite): Fault[] {
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

const fix = "use a domain of your own that contains the host, or leave it out";

/** Two sites with the same cookie scope would overwrite each other's cookie. */
function overlaps(all: readonly WrittenSite[]): Fault[] {
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

/** Cookies of all domains have the same name, so for nested domains a browser would send both. */
function nestingScope(scope: string, others: readonly string[]): string | undefined {
  if (!scope.startsWith(".")) return undefined;
  return others.find(
    (other) => other.startsWith(".") && (other.endsWith(scope) || scope.endsWith(other)),
  );
}

/**
 * Envoy appends the visitor's path to `/verify`. A page of another site under `/verify` would answer such a
 * request, and Envoy lets a request pass on any 200.
 */
function shadowFaults({ prefix, path }: WrittenSite, all: readonly WrittenSite[]): Fault[] {
  if (path === undefined) return [];
  const other = all.find((site) =>
    mountsOf(site).some((mount) => `${path}/`.startsWith(`${mount}/verify/`)),
  );
  if (other === undefined) return [];
  const message = `is under /verify of ${other.prefix.slice(0, -1)}: give one of them another path`;
  return [{ path: `${prefix}url`, message }];
}

/** The paths at which a site has `/verify`: at its own host and, with `session.perHost`, at those of its apps. */
function mountsOf({ path, hosts, takesHost: isOpen }: WrittenSite): string[] {
  if (path === undefined) return [];
  return hosts === undefined || isOpen ? [path] : [path, appMountOf(path)];
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
