/// <reference types="node" />
import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * Loaded into a real doorward by `NODE_OPTIONS`: at SIGUSR2 it collects garbage and logs the heap, the resident memory
 * and the longest time that the event loop was blocked since the last such signal.
 */
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const figures = {
    heapMb: (heapUsed + external) / 2 ** 20,
    rssMb: rss / 2 ** 20,
    blockedMs: delay.max / 1e6,
  };
  delay.reset();
  process.stdout.write(`${JSON.stringify({ msg: "measured", ...figures })}\n`);
});
