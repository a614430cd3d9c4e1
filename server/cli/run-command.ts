import { ConfigError } from "../config/faults.ts";
import { chooseSource, loadConfig, type Source } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { reasonsOf } from "../observe/log.ts";

/** What stands on the command line, and what may. */
type Arguments = { readonly _: readonly string[]; readonly config?: string | undefined };
type Known = Readonly<Record<string, { readonly type: string }>>;

/** A command that reads a configuration. */
export function withSource(
  given: Arguments,
  known: Known,
  run: (source: Source) => Promise<void>,
): Promise<void> {
  return reportErrors(() => {
    refuseUnknown(given, known);
    return run(chooseSource(given.config, process.env));
  });
}

/** Whatever a command throws is said on stderr, and the exit code is 1. */
export async function reportErrors(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    const message = error instanceof ConfigError ? error.message : `doorward: ${reasonsOf(error)}`;
    process.stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}

/** A command for which a configuration has to be whole. */
export function withConfig(
  given: Arguments,
  known: Known,
  run: (config: Config) => Promise<void>,
): Promise<void> {
  return withSource(given, known, (source) => run(loadConfig(source)));
}

/** citty drops what it does not know; a mistyped `--config` would then serve another file than was meant. */
export function refuseUnknown({ _: words, ...options }: Arguments, known: Known): void {
  const expected = Object.values(known).filter(({ type }) => type === "positional").length;
  const [strange] = [
    ...Object.keys(options).filter((name) => !Object.hasOwn(known, name)),
    ...words.slice(expected),
  ];
  if (strange === undefined) return;
  const choices = Object.keys(known).filter((name) => known[name]?.type !== "positional");
  throw new Error(`"${strange}" is unknown here: there is --${choices.join(", --")}`);
}
