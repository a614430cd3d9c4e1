import { collectDefaultMetrics, Counter, Registry } from "prom-client";
import type { Counts } from "./counts.ts";

const metrics = {
  doorward_verify_total: { help: "Responses of /verify", label: "verdict" },
  doorward_sign_in_total: { help: "Sign-ins and sign-outs", label: "event" },
  doorward_config_reloads_total: { help: "Reloads", label: "result" },
} as const;

type MetricName = keyof typeof metrics;

/** The metric of every count: a count without one does not compile. */
const metricOf: Readonly<Record<keyof Counts, MetricName>> = {
  allow: "doorward_verify_total",
  challenge: "doorward_verify_total",
  deny: "doorward_verify_total",
  refused: "doorward_verify_total",
  storeUnreachable: "doorward_verify_total",
  signedIn: "doorward_sign_in_total",
  signInFailed: "doorward_sign_in_total",
  signedOut: "doorward_sign_in_total",
  reloaded: "doorward_config_reloads_total",
  reloadFailed: "doorward_config_reloads_total",
};

/** The counts as Prometheus metrics, computed at each scrape. No label identifies a visitor. */
export function createMetrics(counts: Readonly<Counts>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of Object.keys(metrics) as MetricName[]) expose(registry, name, counts);
  return registry;
}

function expose(registry: Registry, name: MetricName, counts: Readonly<Counts>): void {
  const { help, label } = metrics[name];
  const values = (Object.keys(metricOf) as (keyof Counts)[]).filter(
    (one) => metricOf[one] === name,
  );
  const counter = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      counter.reset();
      for (const value of values) counter.inc({ [label]: snakeCase(value) }, counts[value]);
    },
  });
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
