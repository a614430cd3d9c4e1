import { checkAccess } from "./check-access.ts";
import { installedProxy, proxyKinds, type InstalledProxy } from "./proxy-programs.ts";
import { programs } from "../../test/peers/programs.ts";
import { startServices, type Service } from "./services.ts";
import { startStaticSite, type StaticSite } from "./static-site.ts";
import { takeRounds, type Amount, type Round } from "./take-rounds.ts";
import { withTargets } from "./targets.ts";
import { services as serviceNames, type ServiceName, type Variant } from "./variants.ts";

export interface MeasuredProxy {
  /** With its version. */
  readonly title: string;
  readonly rounds: ReadonlyMap<Variant, readonly Round[]>;
}

export interface ProxyReport {
  readonly proxies: readonly MeasuredProxy[];
  /** What is not installed. */
  readonly absentProxies: readonly string[];
  readonly absentServices: readonly ServiceName[];
}

/** Measures every installed proxy, one after another, with the same running services. */
export async function measureProxies(amount: Amount): Promise<ProxyReport> {
  const installed = proxyKinds.map((kind) => [kind, installedProxy(kind)] as const);
  const services = await startServices();
  const site = await startStaticSite();
  const proxies: MeasuredProxy[] = [];
  try {
    for (const [, proxy] of installed) {
      if (proxy !== undefined) proxies.push(await measureProxy(proxy, services, site, amount));
    }
  } finally {
    for (const one of [site, ...services]) await one.close();
  }
  return {
    proxies,
    absentProxies: installed.flatMap(([kind, proxy]) =>
      proxy === undefined ? [programs[kind].title] : [],
    ),
    absentServices: serviceNames.filter((name) => !services.some((one) => one.name === name)),
  };
}

function measureProxy(
  proxy: InstalledProxy,
  services: readonly Service[],
  site: StaticSite,
  amount: Amount,
): Promise<MeasuredProxy> {
  return withTargets(proxy, services, site, async (targets) => {
    for (const target of targets) await checkAccess(target);
    const rounds = await takeRounds(targets, amount);
    for (const target of targets) await checkAccess(target);
    return { title: proxy.title, rounds };
  });
}
