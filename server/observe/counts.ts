import { backendCounts } from "./backend-metrics.ts";
import { processCounts } from "./process-metrics.ts";
import type { ConfiguredNames } from "./series.ts";
import { sessionCounts } from "./session-metrics.ts";
import { visitorCounts } from "./visitor-metrics.ts";

/**
 * Every metric of doorward, and what each counts since the start. This table is the only list of them: `/metrics` and
 * docs/metrics.md derive from it, so that nothing is counted without a metric.
 */
export function createCounts() {
  return { ...visitorCounts(), ...sessionCounts(), ...backendCounts(), ...processCounts() };
}

export type Counts = ReturnType<typeof createCounts>;

/**
 * Drops the series of sites, rules and providers that are no longer configured, and begins at 0 whatever can be listed:
 * Prometheus does not see the first increase of a series that begins with it.
 */
export function configureCounts(counts: Counts, names: ConfiguredNames): void {
  for (const metric of Object.values(counts)) {
    metric.retain(names);
    if (metric.type === "counter") metric.begin(names);
  }
}
