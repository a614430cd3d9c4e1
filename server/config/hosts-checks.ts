import { isLoopbackHost } from "../http/loopback.ts";
import type { Fault } from "./faults.ts";
import { isUnder, type WrittenSite } from "./written-site.ts";
import { isPublicSuffix } from "../values/public-suffix.ts";

/** `hosts` belongs together with the placeholder in `url`, or with `session.perHost`. */
export function hostsFaults(
  { prefix, takesHost: isOpen, hosts, scheme }: WrittenSite,
  isPerHost: boolean,
): Fault[] {
  const fault = (message: string) => [{ path: `${prefix}hosts`, message }];
  if (hosts === undefined && isOpen)
    return fault(
      "is missing: list the domains of your hosts, such as [example.com], because url takes its host from the request",
    );
  if (hosts === undefined) return [];
  if (!isOpen && !isPerHost && scheme !== undefined)
    return fault(
      "has no effect, because url names one host: write session: { perHost: true } for one sign-in at url, or url: https://{host}/_auth for one at each host, or remove hosts",
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

/** Of nested `hosts`, the narrowest decides; of equal ones, none does. */
export function sharedHosts(all: readonly WrittenSite[]): Fault[] {
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

/** `/verify` would leave the host of another site to the narrower `hosts`, and a sign-in there never ends. */
export function ownHostFaults(
  { prefix, hosts = [] }: WrittenSite,
  all: readonly WrittenSite[],
): Fault[] {
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
