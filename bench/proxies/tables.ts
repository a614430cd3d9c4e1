import type { Spread } from "../turns.ts";
import { figuresOf, ownShare, throughput, type Figures } from "./figures.ts";
import type { MeasuredProxy, ProxyReport } from "./measure-proxies.ts";
import { services, variants, type ServiceName, type Variant } from "./variants.ts";

/** The report as Markdown: the figures of each proxy, then doorward's next to the other services'. */
export function describeProxies(report: ProxyReport): string {
  return [figuresTable(report), comparisonTable(report), ...absences(report)].join("\n\n");
}

const headings = [
  "proxy",
  "service",
  "requests a second",
  "of unprotected",
  "CPU of the proxy, µs",
  "CPU of the service, µs",
  "p50 added, ms",
  "p99 added, ms",
];

function figuresTable({ proxies }: ProxyReport): string {
  const rows = proxies.flatMap((proxy) =>
    variants.flatMap((variant) => {
      const figures = figuresFor(proxy, variant);
      return figures === undefined ? [] : [[proxy.title, ...cellsOf(variant, figures)]];
    }),
  );
  return table(headings, rows);
}

function figuresFor({ rounds }: MeasuredProxy, variant: Variant): Figures | undefined {
  const own = rounds.get(variant);
  return own && figuresOf(own, rounds.get("unprotected") ?? []);
}

function cellsOf(variant: Variant, figures: Figures): string[] {
  const perSecond = `${figures.isMore ? "≥ " : ""}${figures.perSecond.toFixed(0)}`;
  const proxyMicros = figures.proxyMicros.toFixed(0);
  if (variant === "unprotected") {
    const latencies = [figures.p50, figures.p99].map((ms) => `${ms.toFixed(2)} in all`);
    return ["none (unprotected)", perSecond, "1", proxyMicros, "", ...latencies];
  }
  return [
    variant,
    perSecond,
    spread(figures.kept),
    proxyMicros,
    figures.serviceMicros.toFixed(0),
    spread(figures.addedP50),
    spread(figures.addedP99),
  ];
}

function comparisonTable({ proxies }: ProxyReport): string {
  const others = services.filter((name) => name !== "doorward");
  const rows = proxies.flatMap(({ title, rounds }) => {
    const [own, unprotected] = [rounds.get("doorward"), rounds.get("unprotected")];
    if (own === undefined || unprotected === undefined) return [];
    const multiples = others.map((name) => multiple(rounds.get(name), own));
    return [[title, ...multiples, spread(ownShare(own, unprotected))]];
  });
  const titles = others.map((name) => `requests with doorward, as a multiple of ${nameOf(name)}`);
  return table(["proxy", ...titles, "the proxy's share of what the protection costs"], rows);
}

function multiple(
  others: Parameters<typeof throughput>[1] | undefined,
  own: Parameters<typeof throughput>[0],
): string {
  return others === undefined ? "not installed" : spread(throughput(own, others));
}

function nameOf(name: ServiceName): string {
  return name === "bare" ? "the bare server" : name;
}

function absences({ absentProxies, absentServices }: ProxyReport): string[] {
  const absent = [...absentProxies, ...absentServices];
  return absent.length === 0 ? [] : [`Not installed, so not measured: ${absent.join(", ")}.`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function spread({ median, lowest, highest }: Spread): string {
  const [middle, low, high] = [median, lowest, highest].map((value) => value.toFixed(2));
  return `${middle} (${low} to ${high})`;
}
