import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { leaveMeasuredCore } from "../process.ts";
import { writeSection } from "../report.ts";
import { root } from "../server.ts";
import { hasWrk } from "../shoot.ts";
import { measureProxies } from "./measure-proxies.ts";
import { plotProxies } from "./plot.ts";
import { describeProxies } from "./tables.ts";

const picture = join(root, "docs/performance-proxies.svg");

/** Prints the figures of each proxy, and with `write` replaces those of the documentation. */
export async function benchProxies(
  { quick, write }: { quick: boolean; write: boolean },
  print: (line: string) => void,
): Promise<void> {
  if (!hasWrk)
    throw new Error("--proxies needs wrk, because autocannon takes too much of its core");
  leaveMeasuredCore();
  const report = await measureProxies(
    quick
      ? { rounds: 2, peakSeconds: 0.3, calmSeconds: 0.5 }
      : { rounds: 9, peakSeconds: 0.9, calmSeconds: 1.6 },
  );
  print(describeProxies(report));
  if (!write) return;
  await writeSection("proxies", describeProxies(report));
  await writeFile(picture, plotProxies(report));
}
