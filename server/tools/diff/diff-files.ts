import { dirname } from "node:path";
import { loadConfig, type Source } from "../../config/load.ts";
import { compareConfigs, type Report } from "./report.ts";
import { bothOf, type Sides } from "./sides.ts";

/** Compares two configuration files, each with the settings of the environment. */
export function diffFiles(
  files: Sides<string>,
  environment: Source["environment"],
  now: number,
): Report {
  const configs = bothOf(files, (file) => loadConfig({ file, environment }));
  return compareConfigs(
    configs,
    bothOf(files, (file) => dirname(file)),
    now,
  );
}
