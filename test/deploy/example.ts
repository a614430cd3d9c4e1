import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseYAML } from "confbox";
import type { Config } from "../../server/config/schema.ts";
import { configOf } from "../peers/doorward.ts";

export const deployFolder = join(import.meta.dirname, "../../deploy");

/** The configuration from which the files in `deploy/` are printed, with a test secret and a memory store. */
export function exampleConfig(): Config {
  const text = readFileSync(join(deployFolder, "doorward.yaml"), "utf8");
  return configOf({ ...parseYAML<Record<string, unknown>>(text), storage: { driver: "memory" } });
}
