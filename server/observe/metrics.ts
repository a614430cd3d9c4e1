import { collectDefaultMetrics, Registry } from "prom-client";
import type { Counts } from "./counts.ts";
import type { Durations } from "./histogram.ts";

type Metric = Counts[keyof Counts];

/** The metrics of the process come from prom-client, which cannot take over numbers that were counted elsewhere. */
const processMetrics = new Registry();
collectDefaultMetrics({ register: processMetrics });

export const metricsType = processMetrics.contentType;

/** The counts in the text format of Prometheus (exposition format 0.0.4). No label identifies a visitor. */
export async function writeMetrics(counts: Counts): Promise<string> {
  const own = Object.values(counts).flatMap(linesOf);
  return `${own.join("\n")}\n${await processMetrics.metrics()}`;
}

function linesOf(metric: Metric): string[] {
  const { name, labels, help } = metric.text;
  const series = metric.all.flatMap((one) => {
    const pairs = labels.map(({ name: label }, index) => pair(label, one.values[index] ?? ""));
    if (!("counts" in one)) return [sample(name, pairs, one.value)];
    return metric.type === "histogram" ? buckets(name, pairs, one, metric.boundsSeconds) : [];
  });
  return [`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${metric.type}`, ...series];
}

/** A bucket holds all durations up to its bound, those of the smaller buckets too. */
function buckets(
  name: string,
  pairs: readonly string[],
  { counts, sumMs }: Durations,
  boundsSeconds: readonly number[],
): string[] {
  let total = 0;
  const lines = [...boundsSeconds.map(String), "+Inf"].map((bound, index) => {
    total += counts[index] ?? 0;
    return sample(`${name}_bucket`, [...pairs, pair("le", bound)], total);
  });
  return [
    ...lines,
    sample(`${name}_sum`, pairs, sumMs / 1000),
    sample(`${name}_count`, pairs, total),
  ];
}

function sample(name: string, pairs: readonly string[], value: number): string {
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function pair(label: string, value: string): string {
  return `${label}="${escaped(value).replaceAll('"', '\\"')}"`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
