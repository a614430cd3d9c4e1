import { rm } from "node:fs/promises";
import { fromBrowser, gap, writeLoad } from "../load.ts";
import { appHost } from "../peers/gatekeeper.ts";
import type { InstalledProxy } from "./proxy-programs.ts";
import type { Service } from "./services.ts";
import { startPinnedProxy } from "./start-proxy.ts";
import { page, type StaticSite } from "./static-site.ts";
import type { Variant } from "./variants.ts";

/** A running proxy with one variant of its configuration. */
export interface Target {
  readonly variant: Variant;
  /** For messages. */
  readonly title: string;
  /** Serves TLS. */
  readonly port: number;
  readonly proxyPids: readonly number[];
  readonly servicePids: readonly number[];
  /** The cookies of a session. */
  readonly cookie: string;
  /** The visitor's request with that session, as text. */
  readonly request: string;
  /** The load for wrk: that request. */
  readonly folder: string;
}

/** Starts a proxy once for each variant, and stops all of them after `use`. */
export async function withTargets<T>(
  installed: InstalledProxy,
  services: readonly Service[],
  site: StaticSite,
  use: (targets: readonly Target[]) => Promise<T>,
): Promise<T> {
  const closing: (() => Promise<void>)[] = [];
  try {
    const targets: Target[] = [];
    for (const [variant, service] of wantedOf(services)) {
      const ports = { servicePort: service.port, appPort: site.port };
      const proxy = await startPinnedProxy(installed, variant, ports);
      closing.push(() => proxy.stop());
      const visitor = { host: appHost, uri: page.path, own: gap };
      const template = fromBrowser(visitor, page.path);
      const fills = [service.cookie];
      const folder = await writeLoad({ templates: [template], fills, statuses: [200] });
      closing.push(() => rm(folder, { recursive: true }));
      targets.push({
        variant,
        title: `${installed.title} (${variant})`,
        port: proxy.port,
        proxyPids: proxy.pids,
        servicePids: variant === "unprotected" ? [] : [service.pid],
        cookie: service.cookie,
        request: template.replaceAll(gap, service.cookie),
        folder,
      });
    }
    return await use(targets);
  } finally {
    for (const close of closing) await close();
  }
}

/** The unprotected proxy gets the cookies of doorward, so that the requests are the same. */
function wantedOf(services: readonly Service[]): [Variant, Service][] {
  return [
    ...services
      .filter(({ name }) => name === "doorward")
      .map((service): [Variant, Service] => ["unprotected", service]),
    ...services.map((service): [Variant, Service] => [service.name, service]),
  ];
}
