import { refuseUnknown, type Known } from "./arguments.ts";
import { printable } from "./printable.ts";
import { ConfigError } from "../config/faults.ts";
import { chooseSource, loadConfig, type Source } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { reasonsOf } from "../observe/log.ts";

/** A command line: what citty read of it, and its words. */
interface Given {
  readonly args: { readonly config?: string | undefined };
  readonly rawArgs: readonly string[];
}

/** Runs a command that reads a configuration. */
export function withSource(
  given: Given,
  known: Known,
  run: (source: Source) => Promise<void>,
): Promise<void> {
  return reportErrors(() => {
    refuseUnknown(given.rawArgs, known);
    return run(chooseSource(given.args.config, process.env));
  });
}

/** Writes an error of a command to stderr, and sets the exit code. */
export async function reportErrors(run: () => Promise<void>, exitCode = 1): Promise<void> {
  try {
    await run();
  } catch (error) {
    const message = error instanceof ConfigError ? error.message : `doorward: ${reasonsOf(error)}`;
    process.stderr.write(`${message.split("\n").map(printable).join("\n")}\n`);
    process.exitCode = exitCode;
  }
}

/** Runs a command that needs a valid configuration. */
export function withConfig(
  given: Given,
  known: Known,
  run: (config: Config) => Promise<void>,
): Promise<void> {
  return withSource(given, known, (source) => run(loadConfig(source)));
}
