import { ConfigError, type Fault } from "../../config/faults.ts";
import { headersForApps } from "../../config/headers-for-apps.ts";
import type { Config } from "../../config/schema.ts";
import type { SiteEntry } from "../../config/site.ts";
import { createSites } from "../../config/sites.ts";
import { documentFaults } from "./documents.ts";
import { baseFault, hostFault, identityHeaderFault, listenFault } from "./grammar.ts";
import { publicHosts, type PublicHost, type PublicHosts } from "./public-hosts.ts";

/**
 * The parts of a `doorward.yaml` that a proxy's configuration needs. No value needs quoting in any syntax. Hosts with
 * a `*` come after hosts without.
 */
export interface ProxyModel extends PublicHosts {
  /** The headers that apps receive, the assertion's included, spelled as configured. */
  readonly identityHeaders: readonly string[];
  /** Where a proxy on the same machine reaches doorward: `127.0.0.1:4180`, `[::1]:4180`. */
  readonly doorward: string;
  readonly doorwardPort: number;
  /** Whether doorward's pages contain a picture, which makes them up to 100 KB long. */
  readonly hasLogo: boolean;
}

/** `doorward.yaml` does not contain the addresses of the apps: a placeholder, printed with a CHANGE comment. */
export const exampleApp = "127.0.0.1:8080";

/**
 * Extracts what a proxy needs. Throws a `ConfigError` that lists every host, path and header that could break
 * out of a proxy's syntax, and every site that leaves no host for an app.
 */
export function proxyModel(config: Config): ProxyModel {
  const faults = faultsOf(config);
  if (faults.length > 0) throw refusal(faults);
  const found = publicHosts(config);
  const mixed = mixedPorts(found.hosts);
  if (mixed.length > 0) throw refusal(mixed);
  return {
    ...found,
    identityHeaders: headersForApps(config),
    doorward: `${reachable(config.listen.host)}:${config.listen.port}`,
    doorwardPort: config.listen.port,
    hasLogo: config.pages.logo !== undefined,
  };
}

function faultsOf(config: Config): Fault[] {
  const sites = createSites(config).flatMap((site, index) => {
    const { hosts, base } = site;
    return [
      ...(hosts ?? [site.first.url.hostname]).map(hostFault),
      baseFault(base),
      base === "" ? noAppFault(site) : undefined,
    ].map((message) => ({
      path: config.sites === undefined ? "url" : `sites.${index}.url`,
      message,
    }));
  });
  const hosts = config.rules.flatMap(({ host = [] }, index) =>
    host.map((one) => ({ path: `rules.${index}.host`, message: hostFault(withoutPort(one)) })),
  );
  const headers = headersForApps(config).map((name) => ({
    path: name === config.assertion?.header ? "assertion.header" : `headers.${name}`,
    message: identityHeaderFault(name),
  }));
  const listen = { path: "listen.host", message: listenFault(config.listen.host) };
  const found = [...sites, ...hosts, ...headers, listen].flatMap(({ path, message }) =>
    message === undefined ? [] : [{ path, message }],
  );
  return [...found, ...documentFaults(config)];
}

function refusal(faults: readonly Fault[]): ConfigError {
  return new ConfigError("for a proxy, the configuration", faults);
}

/** A port serves either TLS or plain HTTP; port 80 redirects to https. */
function mixedPorts(hosts: readonly PublicHost[]): Fault[] {
  return hosts
    .filter(({ scheme }) => scheme === "http")
    .filter((one) => hosts.some(({ scheme, port }) => scheme === "https" && port === one.port))
    .map(({ site, port }) => ({
      path: site,
      message: `cannot use http on port ${port}, because another site uses https on it: give it a port of its own`,
    }));
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}

function noAppFault({ name, hosts, hasAppHosts, cookieDomain }: SiteEntry): string | undefined {
  const origin = name.replace(/\/$/, "");
  if (hosts !== undefined)
    return `leaves no app to protect: doorward serves all of every host. Add a path such as ${origin}/_auth`;
  if (cookieDomain !== undefined || hasAppHosts) return undefined;
  return `leaves no app to protect: doorward serves all of ${origin}, and its cookie reaches no other host. Set cookie.domain, or add a path such as ${origin}/_auth`;
}

/** A listener on all addresses also accepts connections on loopback. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
