import { Counter, Gauge } from "./counter.ts";
import { labelOf } from "./series.ts";

export function processCounts() {
  return {
    reloads: new Counter({
      name: "doorward_config_reloads_total",
      labels: [labelOf("result", ["applied", "rejected"])],
      help: "Reloads of the configuration that were applied or rejected",
      use: "After `rejected`, the log has every fault with its location.",
    }),
    reloadSucceeded: new Gauge<[]>({
      name: "doorward_config_last_reload_successful",
      labels: [],
      help: "Whether the configuration in the files is the one in use (1), or was rejected (0)",
      use: "At 0, the next restart fails.",
    }),
    reloadedAt: new Gauge<[]>({
      name: "doorward_config_last_reload_success_timestamp_seconds",
      labels: [],
      help: "When the configuration in use was loaded, in seconds since the epoch",
      use: "Compare it among the replicas after a change.",
    }),
    build: new Gauge({
      name: "doorward_build_info",
      labels: [labelOf("version"), labelOf("node")],
      help: "The versions of doorward and Node.js, always 1",
      use: "Shows which replicas still run an earlier version.",
    }),
  };
}
