import { ConfigError } from "../config/faults.ts";
import type { Config } from "../config/schema.ts";
import { unknown } from "../config/unknown-keys.ts";
import { ingressNginxFiles } from "./proxies/ingress-nginx/ingress-nginx.ts";
import { proxyModel, type ProxyModel } from "./proxies/model.ts";
import { caddyFiles } from "./proxies/caddy/caddy.ts";
import { apisixFiles } from "./proxies/apisix/apisix.ts";
import { envoyFiles } from "./proxies/envoy/envoy.ts";
import { haproxyFiles } from "./proxies/haproxy/haproxy.ts";
import { nginxFiles } from "./proxies/nginx/nginx.ts";
import { traefikFiles } from "./proxies/traefik/traefik.ts";

interface Proxy {
  /** The dialect in which it tells of a request; a configuration that pins another cannot be for it. */
  readonly dialect: NonNullable<Config["dialect"]>;
  /** Its files, by their names in a folder. */
  readonly files: (model: ProxyModel) => ReadonlyMap<string, string>;
}

const proxies: Readonly<Record<string, Proxy>> = {
  caddy: { dialect: "forwarded", files: caddyFiles },
  apisix: { dialect: "forwarded", files: apisixFiles },
  envoy: { dialect: "ext-authz", files: envoyFiles },
  haproxy: { dialect: "forwarded", files: haproxyFiles },
  "ingress-nginx": { dialect: "original", files: ingressNginxFiles },
  nginx: { dialect: "original", files: nginxFiles },
  traefik: { dialect: "forwarded", files: traefikFiles },
};

export const proxyNames: readonly string[] = Object.keys(proxies);

export interface ProxyFiles {
  readonly files: ReadonlyMap<string, string>;
  /** What was left out or made up, and why, a sentence each. */
  readonly remarks: readonly string[];
}

/**
 * The files with which a proxy asks this doorward. Throws an error that names a proxy nobody knows, or a
 * `ConfigError` for settings that no configuration of a proxy can carry.
 */
export function proxyFiles(config: Config, name: string): ProxyFiles {
  const proxy = Object.hasOwn(proxies, name) ? proxies[name] : undefined;
  if (proxy === undefined) throw new Error(`the proxy "${name}" ${unknown(name, proxyNames)}`);
  if (config.dialect !== undefined && config.dialect !== proxy.dialect) {
    const message = `${config.dialect} is not what ${name} speaks: leave it out, or write ${proxy.dialect}`;
    throw new ConfigError(`for ${name} the configuration`, [{ path: "dialect", message }]);
  }
  const model = proxyModel(config);
  return {
    files: proxy.files(model),
    remarks: [
      ...model.uncovered.map(
        (host) => `${host} is left out: no site covers it, so doorward lets nobody pass there`,
      ),
      ...model.examples.map(
        (host) =>
          `${host} is an example: no rule names a host of yours there, so put it in its place`,
      ),
    ],
  };
}
