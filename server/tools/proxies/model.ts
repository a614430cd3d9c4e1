import { ConfigError, type Fault } from "../../config/faults.ts";
import type { Config } from "../../config/schema.ts";
import { createSites } from "../../config/site.ts";
import { baseFault, hostFault, identityHeaderFault, listenFault } from "./grammar.ts";
import { publicHosts, type PublicHost, type PublicHosts } from "./public-hosts.ts";

/**
 * What a proxy's configuration has to say of a `doorward.yaml`. Nothing in it needs quoting anywhere. Of the hosts,
 * one with a `*` stands behind those without.
 */
export interface ProxyModel extends PublicHosts {
  /** The headers by which apps learn who it is, spelled as configured. */
  readonly identityHeaders: readonly string[];
  /** Where a proxy on the same machine reaches doorward: `127.0.0.1:4180`, `[::1]:4180`. */
  readonly doorward: string;
  readonly doorwardPort: number;
}

/** doorward is not told where the apps are: this stands for them all, beside a word that says so. */
export const exampleApp = "127.0.0.1:8080";

/**
 * The configuration as a proxy needs it. Throws a `ConfigError` that names every host, path and header
 * that could break out of a proxy's syntax, and every site behind which there can be no app.
 */
export function proxyModel(config: Config): ProxyModel {
  const faults = faultsOf(config);
  if (faults.length > 0) throw refusal(faults);
  const found = publicHosts(config);
  const mixed = mixedPorts(found.hosts);
  if (mixed.length > 0) throw refusal(mixed);
  return {
    ...found,
    identityHeaders: Object.keys(config.headers),
    doorward: `${reachable(config.listen.host)}:${config.listen.port}`,
    doorwardPort: config.listen.port,
  };
}

function faultsOf(config: Config): Fault[] {
  const sites = createSites(config).flatMap(({ url, base, cookieDomain }, index) => {
    const isAlone = base === "" && cookieDomain === undefined;
    return [hostFault(url.hostname), baseFault(base), isAlone ? alone(url.origin) : undefined].map(
      (message) => ({ path: config.sites === undefined ? "url" : `sites.${index}.url`, message }),
    );
  });
  const hosts = config.rules.flatMap(({ host = [] }, index) =>
    host.map((one) => ({ path: `rules.${index}.host`, message: hostFault(withoutPort(one)) })),
  );
  const headers = Object.keys(config.headers).map((name) => ({
    path: `headers.${name}`,
    message: identityHeaderFault(name),
  }));
  const listen = { path: "listen.host", message: listenFault(config.listen.host) };
  return [...sites, ...hosts, ...headers, listen].flatMap(({ path, message }) =>
    message === undefined ? [] : [{ path, message }],
  );
}

function refusal(faults: readonly Fault[]): ConfigError {
  return new ConfigError("for a proxy the configuration", faults);
}

/** A listener either ends TLS or does not; port 80 is where https begins. */
function mixedPorts(hosts: readonly PublicHost[]): Fault[] {
  return hosts
    .filter(({ scheme }) => scheme === "http")
    .filter((one) => hosts.some(({ scheme, port }) => scheme === "https" && port === one.port))
    .map(({ site, port }) => ({
      path: site,
      message: `cannot be http on port ${port}, for another site is https there: give it a port of its own`,
    }));
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, "");
}

function alone(origin: string): string {
  return `leaves no app for doorward to guard: it takes all of ${origin}, and no other host gets its cookie. Write cookie.domain, or a path such as ${origin}/_auth`;
}

/** A listener on all addresses is reached on the loopback one too. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
