import { collectDefaultMetrics, Counter, Registry } from "prom-client";
import type { Counts } from "./counts.ts";

const verdicts = ["allow", "challenge", "deny", "refused", "storeUnreachable"] as const;
const events = ["signedIn", "signInFailed", "signedOut"] as const;
const reloads = ["reloaded", "reloadFailed"] as const;

/** The counts as Prometheus metrics, computed at each scrape. No label identifies a visitor. */
export function createMetrics(counts: Readonly<Counts>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  expose(registry, "doorward_verify_total", "Responses of /verify", "verdict", verdicts, counts);
  expose(registry, "doorward_sign_in_total", "Sign-ins and sign-outs", "event", events, counts);
  expose(registry, "doorward_config_reloads_total", "Reloads", "result", reloads, counts);
  return registry;
}

function expose<Name extends keyof Counts>(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  names: readonly Name[],
  counts: Readonly<Counts>,
): void {
  const counter = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      counter.reset();
      for (const one of names) counter.inc({ [label]: snakeCase(one) }, counts[one]);
    },
  });
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
