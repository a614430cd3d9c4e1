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
  /** The dialect that the proxy uses; a configuration that pins another dialect is refused. */
  readonly dialect: NonNullable<Config["dialect"]>;
  /** The files to write, by relative path. */
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

interface ProxyFiles {
  readonly files: ReadonlyMap<string, string>;
  /** Hosts that were left out or added as examples, and why; one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * The configuration files of a proxy that asks this doorward. Throws an error for an unknown proxy name, and a
 * `ConfigError` for settings that cannot be expressed in a proxy's configuration.
 */
export function proxyFiles(config: Config, name: string): ProxyFiles {
  const proxy = Object.hasOwn(proxies, name) ? proxies[name] : undefined;
  if (proxy === undefined) throw new Error(`the proxy "${name}" ${unknown(name, proxyNames)}`);
  if (config.dialect !== undefined && config.dialect !== proxy.dialect) {
    const message = `"${config.dialect}" is not the dialect of ${name}: remove it, or write ${proxy.dialect}`;
    throw new ConfigError(`for ${name}, the configuration`, [{ path: "dialect", message }]);
  }
  const model = proxyModel(config);
  return {
    files: proxy.files(model),
    remarks: [
      ...(config.listen.https === undefined || config.listen.https === false
        ? []
        : [
            "listen.https is set, but these files connect to doorward by http: change that to https",
          ]),
      ...model.uncovered.map(
        (host) =>
          `${host} is left out: no site covers it, so doorward denies every request for it; add it to a site or remove it from rules`,
      ),
      ...model.examples.map(
        (host) =>
          `${host} is an example: no rule names an app host for this site; replace it with your app's host, or add the host to rules`,
      ),
    ],
  };
}
