import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSection } from "../report.ts";
import { root } from "../server.ts";
import { comparePeers } from "./compare.ts";
import { describe, describeAbsent, summary } from "./comparison.ts";
import { plot } from "./plot.ts";
import { absence, findPeers, peerNames } from "./programs.ts";

const picture = join(root, "docs/performance-peers.svg");

/** Prints the comparison with the programs that are here, and one line for each that is not. */
export async function benchPeers(
  options: { quick: boolean; write: boolean },
  print: (line: string) => void,
): Promise<void> {
  const programs = findPeers(process.env);
  if (peerNames.every((name) => programs[name] === undefined))
    throw new Error(`there is nothing to compare with: ${peerNames.map(absence).join("; ")}`);
  const rows = await comparePeers(programs, options.quick ? "quick" : "full");
  print(describe(rows));
  for (const line of describeAbsent(rows)) print(line);
  if (options.write) {
    await writeSection("peers", describe(rows));
    await writeFile(picture, plot(rows));
  }
  print(JSON.stringify(summary(rows)));
}
