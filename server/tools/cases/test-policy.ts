import { readFileSync } from "node:fs";
import { fileText } from "../../config/file-text.ts";
import type { Config } from "../../config/schema.ts";
import { reasonsOf } from "../../observe/log.ts";
import { compilePolicy } from "../policy/policy.ts";
import { coverageLines } from "./coverage.ts";
import { proxyHosts } from "./proxy-hosts.ts";
import { readCases } from "./read-cases.ts";
import { resultLines, runCases } from "./run-cases.ts";

interface Options {
  readonly coverage: boolean;
  /** A file or folder of the proxy. */
  readonly proxy: string | undefined;
}

interface Report {
  readonly lines: readonly string[];
  readonly isPassed: boolean;
}

/** Compares the decisions of a configuration with a file of cases. */
export async function testPolicy(
  config: Config,
  file: string,
  { coverage, proxy }: Options,
  now: number,
): Promise<Report> {
  const policy = compilePolicy(config);
  const cases = readCases(file, textOf(file), config);
  const results = await runCases(policy, file, cases, now);
  const hosts = proxy === undefined ? [] : proxyHosts(proxy);
  const untested = coverage ? coverageLines(policy, results, hosts) : [];
  return {
    lines: [
      ...untested.map((line) => `UNTESTED ${line}`),
      ...resultLines(file, results),
      ...(coverage && untested.length === 0 ? ["every rule decides a case"] : []),
    ],
    isPassed: untested.length === 0 && results.every(({ isAsExpected }) => isAsExpected),
  };
}

function textOf(file: string): string {
  try {
    return fileText(readFileSync(file)).text;
  } catch (cause) {
    throw new Error(`${file}: ${reasonsOf(cause)}`, { cause });
  }
}
