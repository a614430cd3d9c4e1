import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathOf } from "../peers/programs.ts";
import { deployFolder } from "./example.ts";
import { readResources, type Resource } from "./schemas.ts";

export const chartFolder = join(deployFolder, "helm/doorward");

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real helm. It reads values from its standard input where its words are `-f -`. */
export function helm(words: readonly string[], values: object = {}): Run {
  return spawnSync(pathOf("helm"), words, { input: JSON.stringify(values), encoding: "utf8" });
}

/** Renders the chart as `helm install doorward --namespace doorward` would. */
export function renderChart(values: object, words: readonly string[] = []): Run {
  const usual = ["template", "doorward", chartFolder, "--namespace", "doorward", "-f", "-"];
  return helm([...usual, ...words], values);
}

/** The resources of a release. Throws what helm wrote to its standard error, warnings too. */
export function resourcesOf({ status, stdout, stderr }: Run): Resource[] {
  if (status !== 0 || stderr !== "") throw new Error(stderr);
  return readResources(stdout);
}
