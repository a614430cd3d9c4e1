/// <reference types="node" />

/**
 * Loaded into a real doorward by `NODE_OPTIONS`: at SIGUSR2 it collects garbage and logs the heap, the resident memory
 * and the longest time that the thread of /verify computed without a pause since the last such signal. That is a time
 * of the processor, so that other processes do not lengthen it.
 */
let blockedMs = 0;
let before = process.threadCpuUsage();
setInterval(() => {
  const { user, system } = process.threadCpuUsage(before);
  before = process.threadCpuUsage();
  blockedMs = Math.max(blockedMs, (user + system) / 1_000);
}, 10).unref();

process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const figures = { heapMb: (heapUsed + external) / 2 ** 20, rssMb: rss / 2 ** 20, blockedMs };
  process.stdout.write(`${JSON.stringify({ msg: "measured", ...figures })}\n`);
  blockedMs = 0;
  before = process.threadCpuUsage(); // without the collection
});
