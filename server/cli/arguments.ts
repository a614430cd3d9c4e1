import { parseArgs } from "node:util";

/** What a command accepts, as citty has it. */
export type Known = Readonly<
  Record<string, { readonly type: string; readonly valueHint?: string | undefined }>
>;

/** The option of every command that reads the configuration. */
export const configFile = {
  config: {
    type: "string",
    description: "the configuration file (doorward.yaml)",
    valueHint: "FILE",
  },
} as const;

/**
 * Throws unless a command knows all of its options, each has its value, and no word is left over. citty 0.2.2 ignores all
 * that: a mistyped `--config` would make doorward read another file than was meant.
 */
export function refuseUnknown(
  given: readonly string[],
  known: Known,
  { more = false }: { readonly more?: boolean } = {},
): void {
  const options = optionsOf(known);
  const available = Object.keys(options).map((name) => `--${name}`);
  const choices =
    available.length === 0 ? "this command has no options" : `available: ${available.join(", ")}`;
  const words = parse(given, known, choices);
  const expected = Object.values(known).filter(({ type }) => type === "positional").length;
  const [extra] = words.slice(expected);
  if (extra !== undefined && !more) throw new Error(`unexpected argument "${extra}"; ${choices}`);
}

function parse(given: readonly string[], known: Known, choices: string): string[] {
  const options = optionsOf(known);
  let fault: string;
  try {
    return parseArgs({ args: [...given], options, allowPositionals: true, strict: true })
      .positionals;
  } catch (error) {
    fault = faultOf(error, known, choices);
  }
  throw new Error(fault);
}

/** Node's messages are `Unknown option '--conf'. To …` and `Option '--config <value>' argument missing`. */
function faultOf(error: unknown, known: Known, choices: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, option] = /'(--?[^' ]+)/.exec(message) ?? [];
  if (option === undefined) return message;
  if (codeOf(error) === "ERR_PARSE_ARGS_UNKNOWN_OPTION")
    return `unknown option "${option}"; ${choices}`;
  const { type, valueHint = "VALUE" } = known[option.slice(2)] ?? {};
  if (type === "boolean") return `option "${option}" takes no value`;
  return `option "${option}" needs a value: write ${option}=${valueHint}`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function optionsOf(known: Known): Record<string, { type: "boolean" | "string" }> {
  const options = Object.entries(known).filter(([, { type }]) => type !== "positional");
  return Object.fromEntries(
    options.map(([name, { type }]) => [name, { type: type === "boolean" ? type : "string" }]),
  );
}

/**
 * The command's words before all options. citty drops what is written before a command: the file in
 * `--config FILE check`, the provider in `sessions --provider=NAME revoke`.
 */
export function commandFirst(given: readonly string[]): string[] {
  const { tokens } = parseArgs({
    args: [...given],
    options: { config: { type: "string" } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const end = tokens.find(({ kind }) => kind === "option-terminator")?.index ?? given.length;
  const words = tokens.filter((token) => token.kind === "positional" && token.index < end);
  const isNested = given[words[0]?.index ?? -1] === "sessions";
  const command = words.slice(0, isNested ? 2 : 1).map(({ index }) => index);
  return [
    ...command.map((index) => given[index] ?? ""),
    ...given.filter((_, index) => !command.includes(index)),
  ];
}
